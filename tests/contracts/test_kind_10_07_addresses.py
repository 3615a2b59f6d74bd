"""One rule for e-mail addresses: what it accepts is what every mail program reads in the same way."""

import pytest
from pydantic import TypeAdapter, ValidationError

from alongside_contracts.codes.fields import AS_STORED
from alongside_contracts.fields.addresses import EmailAddress, address_of

STORED_AS = {
    "ana@example.org": "ana@example.org",
    "Ana.Maria+x@Example.ORG": "Ana.Maria+x@example.org",
    "o'brien@example.org": "o'brien@example.org",
    "p-123@people.example": "p-123@people.example",
    "desk@hospital.test": "desk@hospital.test",
    "desk@hospital.local": "desk@hospital.local",
    "ana@bücher.example": "ana@xn--bcher-kva.example",
    "ana@BÜCHER.example": "ana@xn--bcher-kva.example",
    "ana@xn--bcher-kva.example": "ana@xn--bcher-kva.example",
    "ana@example．org": "ana@example.org",
}
NO_ADDRESS = (
    "",
    "ana",
    "@example.org",
    "ana@",
    "ana@example..org",
    "ana@.example.org",
    "ana@example.org.",
    ".ana@example.org",
    "ana.@example.org",
    "an..a@example.org",
    "an[a@example.org",
    "an]a@example.org",
    "ana(work)@example.org",
    "ana@example.org (Ana)",
    '"ana b"@example.org',
    "Ana <ana@example.org>",
    "<ana@example.org>",
    "ana@example.org,ben@example.org",
    "ana@example.org;ben@example.org",
    "mailto:ana@example.org",
    "ana@example.org\r\nBcc: ben@example.org",
    "ana@example.org\n",
    " ana@example.org",
    "a na@example.org",
    "ana@exa mple.org",
    "a@b@example.org",
    "añá@example.org",
    "ana@-example.org",
    "ana@exa_mple.org",
    "ana@xn--a.example",
    "ana@example",
    "ana@localhost",
    "ana@127.0.0.1",
    "ana@[127.0.0.1]",
    "an\u202ea@example.org",
    "an\x00a@example.org",
    "a" * 65 + "@example.org",
    "ana@" + "b" * 64 + ".example",
    "ana@" + ("b" * 60 + ".") * 4 + "example.org",
    "x" * 1_000_000,
)


@pytest.mark.parametrize(("text", "stored"), STORED_AS.items())
def test_an_address_is_stored_in_the_form_in_which_it_is_sent_to(text: str, stored: str) -> None:
    assert address_of(text) == stored
    assert address_of(stored) == stored


@pytest.mark.parametrize("text", NO_ADDRESS, ids=lambda text: ascii(text)[:40])
def test_a_text_that_mail_programs_read_differently_is_no_address(text: str) -> None:
    assert address_of(text) is None


def test_the_refusal_says_what_to_send_and_never_what_was_sent() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(EmailAddress).validate_python("an[a@example.org")

    (error,) = refused.value.errors(include_input=False, include_url=False)
    assert error["type"] == "unusable_address"
    assert "ana@example.org" in error["msg"]
    assert "an[a" not in error["msg"]


def test_an_address_from_before_the_rule_is_read_back_as_it_was_stored() -> None:
    stored = TypeAdapter(EmailAddress).validate_python("an[a@example.org", context=AS_STORED)

    assert stored == "an[a@example.org"
