"""Rules of the catalogue: valid certificates, allowed capacities, pauses, coarse positions; and its codes."""
