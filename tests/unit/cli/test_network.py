"""The command line's message for a refusal names each wrong field and its remedy."""

from alongside_cli.network import ServiceRefused


def test_every_wrong_field_is_named_with_its_remedy() -> None:
    errors = [
        {"where": "body.setting", "problem": "enum", "remedy": "Choose hospital"},
        {"where": "body.name", "problem": "missing", "remedy": "Send this field"},
    ]

    message = str(
        ServiceRefused(
            {"title": "Not accepted", "detail": "2 fields.", "remedy": "Choose hospital", "errors": errors}
        )
    )

    assert message == "Not accepted. 2 fields. body.setting: Choose hospital. body.name: Send this field."


def test_a_refusal_without_fields_tells_its_remedy() -> None:
    assert str(ServiceRefused({"title": "Too late", "remedy": "Come earlier."})) == "Too late. Come earlier."
