"""SMTP client of the mail relay: hands over one message and returns the result."""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Literal

import aiosmtplib
from aiosmtplib import SMTPException

from alongside_notifications.domain.notice import Notice
from alongside_notifications.domain.retry import Accepted, Attempt, Refused, TemporaryFailure, Unaddressable
from alongside_notifications.domain.wording import render_notice

_PERMANENT: Final = 500
QUIT_SECONDS_MAX: Final = 1.0


@dataclass(frozen=True, slots=True)
class MailRelay:
    """The mail relay's address and login. `seconds_max` bounds one message from the connection to the last answer."""

    host: str
    port: int
    seconds_max: float
    tls: Literal["if-offered", "starttls", "implicit"]
    user: str | None = None
    password: str | None = None

    async def send(self, message: EmailMessage, *, to: str) -> Attempt:
        """Hand over one message to one address and return the result.

        Only the recipient's side can refuse permanently (5xx to RCPT or DATA). A relay that refuses the connection, the
        sender or the password is a fault of the relay or our settings: the message waits, and metrics and log show it.
        """
        if not _is_addressed_to(message, to):
            return Unaddressable()
        client = self._client()
        try:
            async with asyncio.timeout(self.seconds_max):
                await _connect(client)
                await client.send_message(message, recipients=[to])
            await _quit(client)
        except TimeoutError:  # aiosmtplib's own time-outs are TimeoutErrors too
            return TemporaryFailure("timed-out")
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _attempt_for(error.recipients[0].code)
        except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as error:
            return _attempt_for(error.code)
        except (SMTPException, OSError):
            return TemporaryFailure("relay-away")
        finally:
            client.close()
        return Accepted()

    def _client(self) -> aiosmtplib.SMTP:
        """Return a client. Used without `async with`, which would send QUIT and wait again for a relay that hangs."""
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user or None,
            password=self.password if self.user else None,
            use_tls=self.tls == "implicit",
            start_tls={"if-offered": None, "starttls": True, "implicit": False}[self.tls],
            local_hostname="localhost",  # reveals nothing about this machine, and asks no name server
            timeout=self.seconds_max,
        )


def build_message(  # one message, by name
    notice: Notice, *, message_id: str, sender: str, to: str, link_base: str, at: datetime
) -> EmailMessage:
    """Return a notice as an e-mail, identical each time it is built; `at` is when the notice was created."""
    news = notice.news
    text = render_notice(
        news.template, notice.recipient.role, link=news.subject.link(link_base), since=news.since
    )
    message = EmailMessage()
    message["Message-ID"] = message_id
    message["Date"] = format_datetime(at)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = text.title
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers to us
    message.set_content(text.text)
    return message


def _is_addressed_to(message: EmailMessage, to: str) -> bool:
    """Return whether the library reads one recipient in the message, and it is the stored one to the letter."""
    header = message["To"]
    if header is None:
        return False
    return [each.addr_spec for each in header.addresses] == [to] and not header.defects and str(header) == to


async def _connect(client: aiosmtplib.SMTP) -> None:
    """Connect. Raises SMTPException or OSError; a host that is no name is a fault of the settings, which waits as well."""
    try:
        await client.connect()
    except UnicodeError as error:
        raise ConnectionError("the mail relay's host is no name") from error


async def _quit(client: aiosmtplib.SMTP) -> None:
    """Send QUIT. The relay has accepted the message already, so an error here is ignored."""
    with contextlib.suppress(SMTPException, OSError):
        await client.quit(timeout=QUIT_SECONDS_MAX)


def _attempt_for(code: int) -> Attempt:
    return Refused() if code >= _PERMANENT else TemporaryFailure("temporarily-refused")
