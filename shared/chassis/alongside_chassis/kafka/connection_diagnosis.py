"""Finds out why Kafka refuses a client. aiokafka itself reports only that no broker was reached.

`diagnose_connection` connects once more and reports what operators need: the password is wrong, or which right is missing.
"""

import ssl
from typing import Final

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)

from alongside_chassis.kafka.access import Kafka

CONNECT_MS_MAX: Final = 2_000
_REFUSALS: Final = (SaslAuthenticationFailed, UnsupportedSaslMechanismError, IllegalSaslStateError)


async def diagnose_connection(error: BaseException, kafka: Kafka) -> str:
    """Describe a client's failure for `/health/ready` and operators, without any payload or password."""
    match error:
        case KafkaConnectionError():
            return await _refusal_reason(kafka) or type(error).__name__
        case GroupAuthorizationFailedError() | TopicAuthorizationFailedError():
            resources = ", ".join(str(resource) for resource in error.args)
            return (
                f"Kafka, which grants {kafka.user or 'us'} no access to {resources}: {type(error).__name__}"
            )
        case _:
            return type(error).__name__


async def _refusal_reason(kafka: Kafka) -> str | None:
    """Return why the answering brokers refuse the log-in; None when none answers, or one accepts it."""
    try:
        options = kafka.options()
    except OSError as error:
        return f"{kafka.ca_file}, which holds no certificates that can be read: {type(error).__name__}"
    for host, port, _ in collect_hosts(options.pop("bootstrap_servers")):
        try:
            conn = await create_conn(host, port, request_timeout_ms=CONNECT_MS_MAX, **options)
        except _REFUSALS as error:
            return f"Kafka, which refuses the user {kafka.user!r} or its password: {type(error).__name__}"
        except ssl.SSLError as error:
            return f"Kafka, whose certificate is not accepted: {error.reason}"
        except (OSError, KafkaError, TimeoutError):
            continue
        conn.close()
        return None
    return None
