"""The rule that decides what counts as a milestone."""


def has_begun(status: str) -> bool:
    """Return whether the person and the target have started to walk together."""
    return status == "in-progress"
