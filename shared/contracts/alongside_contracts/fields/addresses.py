"""The one rule for e-mail addresses, wherever one comes in and before anything is sent to it.

`email-validator` reads them: a loose pattern let in `an[a@example.org`, which the mail library reads as the mailbox `an`. No
event carries an address; three services take them.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias

import email_validator
from email_validator import EmailNotValidError, validate_email
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from alongside_contracts.codes.fields import AS_STORED

INTRANET: Final = "local"
"""Hospitals have mail below this name, which the library counts among those that receive none; this is its way to say so."""
if INTRANET in email_validator.SPECIAL_USE_DOMAIN_NAMES:
    email_validator.SPECIAL_USE_DOMAIN_NAMES.remove(INTRANET)

CHARS_MAX: Final = 254
"""RFC 5321, 4.5.3.1.3: a path has at most 256 characters, two of them brackets."""
REMEDY: Final = (
    "send one address such as ana@example.org, in ASCII before the @, without a name, quotes or brackets"
)


def address_of(text: str) -> str | None:
    """Return an address as it is stored and sent to: the domain in lower-case ASCII (IDNA 2008); None when it is none.

    Not accepted: letters other than ASCII before the @, which not every relay can deliver to, quoted parts, names, comments,
    numbers as domains, and domains that never receive mail, such as `localhost`.
    """
    if len(text) > CHARS_MAX:
        return None
    try:
        return validate_email(
            text,
            allow_smtputf8=False,
            allow_empty_local=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
            strict=True,  # the limits of both parts
            check_deliverability=False,
            test_environment=True,  # names below .test belong to nobody: they stay usable in samples and tests
            globally_deliverable=True,
        ).ascii_email
    except EmailNotValidError:
        return None


@dataclass(frozen=True, slots=True)
class AddressText:
    """The type of an address that comes in."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(strip_whitespace=True, max_length=CHARS_MAX)
        return core_schema.with_info_after_validator_function(_read_address, text)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "format": "email"}


def _read_address(text: str, info: core_schema.ValidationInfo) -> str:
    """Return the address. What was stored before the rule is read back as it is, and checked before it is used."""
    address = text if info.context == AS_STORED else address_of(text)
    if address is None:
        raise PydanticCustomError("unusable_address", "{remedy}", {"remedy": REMEDY})
    return address


EmailAddress: TypeAlias = Annotated[str, AddressText()]
"""An address that comes in."""
