"""The engine on invented regions: how fast it is, and how fair over a year. No part of the service; nothing is stored.

`python -m alongside_lab.rehearsal measure_one|measure_million|measure_assignment|simulate_year` prints one JSON object; `alongside bench-matching` and
`alongside simulate` run these and show what they say. Each part runs in a process of its own, so that memory is its own.
"""
