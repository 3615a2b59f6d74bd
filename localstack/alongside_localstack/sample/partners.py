"""The sample partners: fictional organisations that refer people into the sample regions."""

from dataclasses import dataclass
from typing import Any, Final

from alongside_contracts.vocabulary import Setting
from alongside_localstack.sample.places import COLUMBUS, MIAMI


@dataclass(frozen=True, slots=True)
class SamplePartner:
    """A sample partner. Its submission references begin with its unique `prefix` of two to six letters."""

    id: str
    prefix: str
    name: str
    setting: Setting
    region: str

    @property
    def source(self) -> str:
        """The CloudEvents source of the partner's events."""
        return f"urn:alongside:partner:{self.id}"

    @property
    def contact_email(self) -> str:
        """An address that nobody can own: `.example` is reserved (RFC 2606)."""
        return f"desk@{self.id}.example"

    def request_body(self) -> dict[str, Any]:
        """Return the body of intake's `PUT /partners/{id}`."""
        return {
            "name": self.name,
            "setting": self.setting.value,
            "region": self.region,
            "contact_email": self.contact_email,
            "channels": ["stream"],  # the sample partners read their streams
        }


HOSPITAL: Final = SamplePartner(
    "st-mary-hospital", "smh", "St. Mary Hospital (sample)", Setting.HOSPITAL, MIAMI.id
)
COURT: Final = SamplePartner(
    "county-court", "court", "County Court, treatment docket (sample)", Setting.CRIMINAL_JUSTICE, MIAMI.id
)
_OTHERS: Final = (
    SamplePartner("bayside-school", "school", "Bayside High School (sample)", Setting.EDUCATION, MIAMI.id),
    SamplePartner("open-door-peers", "peers", "Open Door Peers (sample)", Setting.PEER_RUN, MIAMI.id),
    SamplePartner(
        "scioto-clinic", "clinic", "Scioto Behavioral Clinic (sample)", Setting.BEHAVIORAL_HEALTH, COLUMBUS.id
    ),
    SamplePartner("main-library", "lib", "Main Street Library (sample)", Setting.COMMUNITY, COLUMBUS.id),
)


def demo_partners() -> tuple[SamplePartner, SamplePartner]:
    """Return the two partners of the demonstration, both in one region."""
    return HOSPITAL, COURT


def partners() -> tuple[SamplePartner, ...]:
    """Return all sample partners, those of the demonstration first."""
    return (*demo_partners(), *_OTHERS)
