"""Intake on the bench, with one registered partner."""

import pytest

from alongside_chassis.testing import ServiceBench
from tests.service.intake.intake_client import IntakeClient


@pytest.fixture
async def intake(intake_bench: ServiceBench) -> IntakeClient:
    """Return a client of intake, with the hospital registered."""
    intake = IntakeClient(intake_bench)
    await intake.register()
    return intake
