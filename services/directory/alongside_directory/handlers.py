"""The timer handler of the directory; it hears no events."""

from alongside_chassis.announce import Tx
from alongside_chassis.consume import Handlers, Timer
from alongside_directory.announcing import LISTINGS_AGAIN, announce_again


def handlers() -> Handlers:
    """Return the timer handlers of the directory."""
    registry = Handlers()

    @registry.on_timer(LISTINGS_AGAIN)
    async def announce_some_again(_timer: Timer, tx: Tx) -> None:
        await announce_again(tx)

    return registry
