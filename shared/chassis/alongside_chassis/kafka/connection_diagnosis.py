"""Says why Kafka does not let us work. A client that is turned away tells its caller only that nobody was reached.

`diagnose_connection` asks once more and says what people need to know: that the password is wrong, or which right is missing.
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

ASK_MS_MAX: Final = 2_000
_TURNED_AWAY: Final = (SaslAuthenticationFailed, UnsupportedSaslMechanismError, IllegalSaslStateError)


async def diagnose_connection(error: BaseException, kafka: Kafka) -> str:
    """What a client's failure means, for `/health/ready` and people: never a payload, never a password."""
    match error:
        case KafkaConnectionError():
            return await _turned_away_because(kafka) or type(error).__name__
        case GroupAuthorizationFailedError() | TopicAuthorizationFailedError():
            named = ", ".join(str(each) for each in error.args)
            return f"Kafka, which grants {kafka.user or 'us'} no access to {named}: {type(error).__name__}"
        case _:
            return type(error).__name__


async def _turned_away_because(kafka: Kafka) -> str | None:
    """Why the brokers that answer do not let us in; None when none answers, or one does let us in."""
    try:
        options = kafka.options()
    except OSError as error:
        return f"{kafka.ca_file}, which holds no certificates that can be read: {type(error).__name__}"
    for host, port, _ in collect_hosts(options.pop("bootstrap_servers")):
        try:
            conn = await create_conn(host, port, request_timeout_ms=ASK_MS_MAX, **options)
        except _TURNED_AWAY as error:
            return f"Kafka, which refuses the user {kafka.user!r} or its password: {type(error).__name__}"
        except ssl.SSLError as error:
            return f"Kafka, whose certificate is not accepted: {error.reason}"
        except (OSError, KafkaError, TimeoutError):
            continue
        conn.close()
        return None
    return None
