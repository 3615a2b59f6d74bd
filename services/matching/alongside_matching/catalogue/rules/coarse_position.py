"""Where somebody is, as coarse as a distance rule needs it: about 5 km, so that no address can be read from it."""

from typing import Final

GRID_DEGREES: Final = 0.05


def round_to_grid(degrees: float) -> float:
    """A latitude or longitude on the grid. Whoever stores or sends a person's or a supporter's position, rounds it."""
    return round(round(degrees / GRID_DEGREES) * GRID_DEGREES, 2)
