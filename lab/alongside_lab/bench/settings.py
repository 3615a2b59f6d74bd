"""What a peer of the hop is told; the only place of this package that reads the environment."""

from alongside_chassis.settings import Settings


class HopSettings(Settings):
    """The settings every service has, and where the hop's records lie."""

    hop_name: str
    """The consumer group; for our own peer also the service's name."""
    hop_from: str
    """The topic to consume."""
    hop_to: str
    """The topic to produce to."""
    hop_partner: str
    """The partner both topics belong to."""
