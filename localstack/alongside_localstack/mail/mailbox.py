"""The messages that the mail sink accepted: .eml files in a folder, and an index."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

from alongside_chassis.clock import Clock

MESSAGES_MAX = 20_000
"""The oldest messages beyond this many are deleted."""


@dataclass(frozen=True)
class Message:
    """An accepted message. `deliveries` counts how often a message with this Message-ID was accepted."""

    id: str
    message_id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    received_at: str
    deliveries: int = 1


class Mailbox:
    """Messages by Message-ID, oldest first. Survives a restart; safe to use from several threads."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._messages: dict[str, Message] = {}
        for message in _read_index(self._index):
            self._messages[message.message_id] = message

    def store(self, raw: bytes, recipients: tuple[str, ...]) -> Message:
        """Store an accepted message; for a known Message-ID count the delivery and add new recipients."""
        parsed = _parse(raw)
        message_id = str(parsed["Message-ID"] or f"<{uuid4()}@no-message-id>").strip()
        with self._lock:
            existing = self._messages.get(message_id)
            if existing is None:
                message = self._new(parsed, message_id, recipients)
                (self._folder / f"{message.id}.eml").write_bytes(raw)
            else:
                to = (*existing.to, *(each for each in recipients if each not in existing.to))
                message = replace(existing, to=to, deliveries=existing.deliveries + 1)
            self._messages[message_id] = message
            self._append(message)
            self._delete_oldest()
        return message

    def messages(self, *, to: str | None = None) -> list[Message]:
        """Return all messages, or those to one address."""
        with self._lock:
            found = list(self._messages.values())
        return [each for each in found if to is None or to.lower() in {one.lower() for one in each.to}]

    def content(self, chosen: str) -> dict[str, Any] | None:
        """Return a message with its `headers`, `text` and `html`; None for an unknown id."""
        message = next((each for each in self.messages() if each.id == chosen), None)
        if message is None:
            return None
        parsed = _parse((self._folder / f"{message.id}.eml").read_bytes())
        return {
            **asdict(message),
            "headers": {name: str(value) for name, value in parsed.items()},
            "text": _body(parsed, ("plain",)),
            "html": _body(parsed, ("html",)),
        }

    def clear(self) -> None:
        """Delete all messages."""
        with self._lock:
            self._messages.clear()
            shutil.rmtree(self._folder)
            self._folder.mkdir()

    @property
    def _index(self) -> Path:
        return self._folder / "index.jsonl"

    def _new(self, parsed: EmailMessage, message_id: str, recipients: Sequence[str]) -> Message:
        return Message(
            id=uuid4().hex,
            message_id=message_id,
            sender=str(parsed["From"] or ""),
            to=tuple(recipients),
            subject=str(parsed["Subject"] or ""),
            received_at=self._clock.now().isoformat(),
        )

    def _append(self, message: Message) -> None:
        with self._index.open("a") as index:
            index.write(json.dumps(asdict(message)) + "\n")

    def _delete_oldest(self) -> None:
        while len(self._messages) > MESSAGES_MAX:
            oldest = self._messages.pop(next(iter(self._messages)))
            (self._folder / f"{oldest.id}.eml").unlink(missing_ok=True)


def _read_index(index: Path) -> list[Message]:
    if not index.exists():
        return []
    messages = []
    for line in index.read_text().splitlines():
        try:
            fields = json.loads(line)
        except ValueError:  # a line cut off by a kill during the write
            continue
        messages.append(Message(**{**fields, "to": tuple(fields["to"])}))
    return messages


def _parse(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, _class=EmailMessage, policy=policy.default)


def _body(message: EmailMessage, kinds: tuple[str, ...]) -> str | None:
    found = message.get_body(kinds)
    return str(found.get_content()) if found is not None else None
