"""Settings of a hop implementation; the only module of this package that reads the environment."""

from alongside_chassis.settings import Settings


class HopSettings(Settings):
    """The settings of every service, and the hop's topics."""

    hop_name: str
    """The consumer group; in our implementation also the service's name."""
    hop_from: str
    """The topic to consume."""
    hop_to: str
    """The topic to produce to."""
    hop_partner: str
    """The partner of both topics."""
