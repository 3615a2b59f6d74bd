"""Notifications' settings, beside those of every service."""

from datetime import timedelta
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from alongside_chassis.settings import Settings as ChassisSettings
from alongside_notifications.domain.ladder import ANY_REGION, Ladders
from alongside_notifications.domain.retry import RetryPolicy

ADDRESS = r"^[^@\s\x00-\x1f<>,;:\"]+@[^@\s\x00-\x1f<>,;:\"]+$"
"""An address of the operators' settings: nothing that could forge a header. They know which names their relay delivers to."""


class OnCall(BaseModel):
    """One rung of a ladder: a coordinator's id, and the address they are paged at if there is one."""

    model_config = ConfigDict(frozen=True)

    coordinator: str = Field(min_length=1, max_length=100)
    email: str | None = Field(default=None, pattern=ADDRESS)


Rungs: TypeAlias = tuple[OnCall, ...]


def _default_on_call() -> dict[str, Rungs]:
    """Return the ladder while no coordinator is configured: a crisis shows in the app and on `GET /crisis`."""
    return {ANY_REGION: (OnCall(coordinator="on-call"),)}


class Settings(ChassisSettings):
    """Notifications' settings, read from `ALONGSIDE_…`."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65_535)
    smtp_tls: Literal["if-offered", "starttls", "implicit"] = "if-offered"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_sender: str = Field(default="notices@alongside.invalid", pattern=ADDRESS)
    """A neutral address: it may be seen by others than the recipient."""
    link_base_url: str = "http://127.0.0.1:8000"
    """The beginning of every link in a notice."""

    intake_url: str = "http://127.0.0.1:8101"
    matching_url: str = "http://127.0.0.1:8102"

    on_call: dict[str, Rungs] = Field(default_factory=_default_on_call)
    """The on-call ladder of each region as JSON, in the order of paging; `*` serves all other regions."""
    crisis_step_seconds: float = Field(default=900.0, gt=0)
    """How long each later coordinator on the ladder has to acknowledge; the event sets the first one's time."""

    send_seconds_max: float = Field(default=15.0, gt=0)
    lookup_seconds_max: float = Field(default=5.0, gt=0)
    destinations_at_once_max: int = Field(default=16, ge=1)
    notices_per_destination_max: int = Field(default=4, ge=1)
    """How many notices one destination gets before other destinations are served."""
    mail_poll_seconds: float = Field(default=0.5, gt=0)
    send_attempts_max: int = Field(default=60, ge=1)
    """With the pauses below, a notice survives two days without a mail relay."""
    send_pause_seconds_first: float = Field(default=10.0, gt=0)
    send_pause_seconds_max: float = Field(default=3600.0, gt=0)

    @field_validator("on_call")
    @classmethod
    def _serves_every_region(cls, ladders: dict[str, Rungs]) -> dict[str, Rungs]:
        if ANY_REGION not in ladders or not all(ladders.values()):
            raise ValueError(
                f'give every region at least one coordinator, and a ladder "{ANY_REGION}" for the rest'
            )
        return ladders

    @property
    def ladders(self) -> Ladders:
        """The coordinators' ids by region, without their addresses."""
        return {region: tuple(rung.coordinator for rung in ladder) for region, ladder in self.on_call.items()}

    @property
    def coordinator_addresses(self) -> dict[str, str]:
        """Coordinators' e-mail addresses, by their id."""
        return {
            rung.coordinator: rung.email for ladder in self.on_call.values() for rung in ladder if rung.email
        }

    @property
    def crisis_step(self) -> timedelta:
        """How long a later coordinator has to acknowledge."""
        return timedelta(seconds=self.crisis_step_seconds)

    @property
    def lease(self) -> timedelta:
        """How long a claim lasts: twice the longest time a worker can need."""
        return timedelta(seconds=2 * self.send_seconds_max * self.notices_per_destination_max)

    @property
    def retry_policy(self) -> RetryPolicy:
        """When to try again, and when to give up."""
        return RetryPolicy(
            attempts_max=self.send_attempts_max,
            pause_seconds_first=self.send_pause_seconds_first,
            pause_seconds_max=self.send_pause_seconds_max,
        )
