"""Kafka over TLS: only brokers with a certificate of the configured authority are accepted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alongside_chassis.kafka.connection_diagnosis import diagnose_connection
from alongside_contracts import streams
from alongside_localstack.kafka.security import Tls
from alongside_localstack.stack import LocalStack
from tests.kafka.conftest import secured

pytestmark = [pytest.mark.apache_kafka, pytest.mark.long]

NOW = datetime.now(UTC)
"""A certificate is valid by the clock on the wall, which is Kafka's and OpenSSL's too."""


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(name: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    """Return a certificate builder with the fields that authority and broker share."""
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(hours=1))
        .not_valid_after(NOW + timedelta(hours=1))
    )


def pem(found: x509.Certificate) -> bytes:
    return found.public_bytes(serialization.Encoding.PEM)


def signed(folder: Path) -> Tls:
    """Create an authority, and a broker's key and signed certificate for loopback, as PEM files."""
    authority, broker = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = certificate("authority", authority).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    leaf = certificate("broker", broker).add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
    )
    key = broker.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    tls = Tls(folder / "broker.pem", folder / "authority.pem")
    tls.keys.write_bytes(key + pem(leaf.sign(authority, hashes.SHA256())))
    tls.ca.write_bytes(pem(root.sign(authority, hashes.SHA256())))
    return tls


@pytest.fixture(scope="module")
async def encrypted(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    """One node that uses TLS for clients."""
    async with secured(tls=signed(tmp_path_factory.mktemp("tls"))) as stack:
        yield stack


async def test_with_the_right_authority_records_go_and_come(encrypted: LocalStack) -> None:
    kafka = encrypted.kafka_as("intake")
    assert kafka.security_protocol == "SASL_SSL"

    async with AIOKafkaProducer(**kafka.options(), enable_idempotence=True, acks="all") as producer:
        await producer.send_and_wait(streams.JOURNEY.topic(), b"{}", key=b"k")
    async with AIOKafkaConsumer(
        streams.JOURNEY.topic(), **kafka.options(), auto_offset_reset="earliest"
    ) as consumer:
        assert (await consumer.getone()).value == b"{}"


async def test_a_certificate_of_an_unknown_authority_is_refused_and_reported(encrypted: LocalStack) -> None:
    kafka = replace(encrypted.kafka_as("intake"), ca_file=None)
    producer = AIOKafkaProducer(**kafka.options())

    with pytest.raises(KafkaConnectionError) as refused:
        await producer.start()
    await producer.stop()

    assert "whose certificate is not accepted" in await diagnose_connection(refused.value, kafka)
