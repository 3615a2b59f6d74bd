"""What counts as a milestone."""


def has_begun(status: str) -> bool:
    """Whether the person and the target walk together now."""
    return status == "in-progress"
