"""The labelled records: what foreign systems, forms and scripts send, and whether a danger can be read in it.

The labels follow the rule of decision 0030 and what a careful coordinator would say, never what the code does. Nobody in
them is a real person. A record is

- `name`, and `body` as text or in `base64`; `padding`: how many spaces stand for the word {padding} in it; `structured`: it
  is sent as a structured CloudEvent;
- `risk`, and the `codes` that must be among the escalated ones; `false_alarm_accepted`: why it may be heard without a risk;
- `keep`: the key and value of what it says about risks. Its other bytes may be changed and the label stays true. A record
  without `keep` is only true as it is.
"""

import base64
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from alongside_chassis.consume.decoding import Record
from tests.service.intake.intake_client import IntakeClient
from tests.service.intake.raw_danger import record

_FILE: Final = Path(__file__).with_name("danger_records.json")
_STRUCTURED: Final = (("content-type", b"application/cloudevents+json"),)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled record."""

    name: str
    body: bytes
    risk: bool
    codes: frozenset[str]
    keep: bytes | None
    structured: bool
    false_alarm_accepted: str | None

    def sent(self, intake: IntakeClient, body: bytes | None = None) -> Record:
        """Return the record as the hospital sends it; `body` replaces its body."""
        sent = record(intake, self.body if body is None else body)
        if self.structured:
            sent.headers = _STRUCTURED
        return sent


@lru_cache(maxsize=1)
def labelled_records() -> tuple[Labelled, ...]:
    """Return every labelled record."""
    return tuple(_labelled(fields) for fields in json.loads(_FILE.read_bytes()))


def _labelled(fields: dict[str, Any]) -> Labelled:
    body = base64.b64decode(fields["base64"]) if "base64" in fields else fields["body"].encode()
    return Labelled(
        name=fields["name"],
        body=body.replace(b"{padding}", b" " * fields.get("padding", 0)),
        risk=fields["risk"],
        codes=frozenset(fields.get("codes", ())),
        keep=fields["keep"].encode() if "keep" in fields else None,
        structured=fields.get("structured", False),
        false_alarm_accepted=fields.get("false_alarm_accepted"),
    )
