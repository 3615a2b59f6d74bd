"""Rounds positions to what a distance rule needs, about 5 km, so that no address can be derived."""

from typing import Final

GRID_DEGREES: Final = 0.05


def round_to_grid(degrees: float) -> float:
    """Round a latitude or longitude to the grid. Round every person's or supporter's position before storing or
    sending."""
    return round(round(degrees / GRID_DEGREES) * GRID_DEGREES, 2)
