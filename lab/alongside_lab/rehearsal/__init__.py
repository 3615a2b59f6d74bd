"""The match engine on generated regions: its speed, and its fairness over a simulated year. Nothing is stored.

`python -m alongside_lab.rehearsal one|million|assignment|year` prints one JSON object; `alongside bench-matching` and
`alongside simulate` run these parts and draw the results. Each part runs in a separate process, to measure its memory.
"""
