"""Connection options of every Kafka client, and settings that are refused."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import GroupAuthorizationFailedError, KafkaConnectionError, RequestTimedOutError
from pydantic import SecretStr, ValidationError

from alongside_chassis.kafka import Kafka
from alongside_chassis.kafka.connection_diagnosis import diagnose_connection
from alongside_chassis.settings import Settings
from alongside_localstack.ports import free_port

PASSWORD = "correct-horse"


def settings(**given: Any) -> Settings:
    return Settings(database_url=SecretStr("postgresql://nobody@127.0.0.1/none"), **given)


def known(**changed: Any) -> Kafka:
    given: dict[str, Any] = {
        "security_protocol": "SASL_PLAINTEXT",
        "user": "intake",
        "password": SecretStr(PASSWORD),
    }
    return Kafka("127.0.0.1:9092", **(given | changed))


def test_a_plaintext_connection_names_no_user() -> None:
    assert settings().kafka_at("kafka:9092").options() == {
        "bootstrap_servers": "kafka:9092",
        "security_protocol": "PLAINTEXT",
    }


def test_a_user_logs_in_with_scram() -> None:
    given = settings(
        kafka_security_protocol="SASL_PLAINTEXT", kafka_user="intake", kafka_password=SecretStr(PASSWORD)
    )

    assert given.kafka_at("kafka:9092").options() == {
        "bootstrap_servers": "kafka:9092",
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "intake",
        "sasl_plain_password": PASSWORD,
    }


def test_over_tls_the_brokers_name_and_signature_are_checked() -> None:
    context = known(security_protocol="SASL_SSL").options()["ssl_context"]

    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_the_password_appears_in_no_text() -> None:
    assert PASSWORD not in repr(known())
    assert PASSWORD not in repr(
        settings(kafka_security_protocol="SASL_SSL", kafka_user="intake", kafka_password=SecretStr(PASSWORD))
    )


@pytest.mark.parametrize(
    "given",
    [
        {"kafka_security_protocol": "SASL_SSL"},
        {"kafka_security_protocol": "SASL_SSL", "kafka_user": "intake"},
        {"kafka_security_protocol": "SASL_SSL", "kafka_password": SecretStr(PASSWORD)},
        {"kafka_user": "intake", "kafka_password": SecretStr(PASSWORD)},
        {"kafka_user": "intake"},
    ],
)
def test_a_user_without_password_or_without_a_sasl_protocol_is_refused_at_start(
    given: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError, match="needed with a SASL protocol, and only then") as refused:
        settings(**given)

    assert [item["loc"] for item in refused.value.errors()] == [("kafka_password",)]


def test_a_missing_ca_file_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="does not point to a file"):
        settings(kafka_ca_file=tmp_path / "none.pem")


async def test_a_missing_right_is_reported_by_name_and_any_other_failure_by_its_class() -> None:
    assert await diagnose_connection(GroupAuthorizationFailedError("intake"), known()) == (
        "Kafka, which grants intake no access to intake: GroupAuthorizationFailedError"
    )
    assert await diagnose_connection(RequestTimedOutError(), known()) == "RequestTimedOutError"


async def test_an_unreachable_broker_is_not_reported_as_a_refusal() -> None:
    nobody = known()
    nobody = Kafka(f"127.0.0.1:{free_port()}", "SASL_PLAINTEXT", user=nobody.user, password=nobody.password)

    assert await diagnose_connection(KafkaConnectionError("gone"), nobody) == "KafkaConnectionError"
