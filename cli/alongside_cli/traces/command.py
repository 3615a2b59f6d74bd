"""`alongside trace`: draw a referral's traces."""

import asyncio
import sys

from rich.console import Console

from alongside_cli.errors import Unavailable
from alongside_cli.installation import find_installation, report_errors
from alongside_cli.traces.client import draw_referral


def trace(referral_id: str) -> None:
    """Draw a referral's traces through all services as a waterfall."""
    console = Console(highlight=False)
    with report_errors(console):
        addresses = find_installation().addresses
        if "traces" not in addresses:
            raise Unavailable("The address of the span store is not set.", remedy="set ALONGSIDE_TRACES_URL.")
        sys.exit(asyncio.run(draw_referral(console, addresses["traces"], referral_id)))
