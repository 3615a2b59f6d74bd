"""Intake on the bench, with one registered partner."""

import pytest

from alongside_chassis.testing import ServiceBench
from tests.service.intake.desk import Desk


@pytest.fixture
async def desk(intake_bench: ServiceBench) -> Desk:
    """Intake's desk, open, with the hospital registered."""
    desk = Desk(intake_bench)
    await desk.register()
    return desk
