"""The bare service of the chassis tests, here with a broker beside it."""

from tests.service.chassis.conftest import bare, bare_database

__all__ = ["bare", "bare_database"]
