"""Keeps the words in which senders stated risks: sealed with the person's data key, opened for who acknowledges."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from alongside_chassis.announce import Tx
from alongside_intake.danger import store
from alongside_intake.people import contacts
from alongside_intake.people.vault import Owner, Vault

WORDS_KEPT_MAX: Final = 60
"""How many words of one submission are kept; of a record at most 20 are read."""


class RiskWords:
    """Seals and opens the senders' own words about risks."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def seal(self, tx: Tx, submission_id: UUID, person_id: UUID, words: Sequence[str]) -> None:
        """Store the words of a submission sealed, after those that were said before. Nothing is stored when there are none."""
        if not words:
            return
        said = (await self.open(tx.conn, [submission_id])).get(submission_id, ())
        all_words = list(dict.fromkeys((*said, *words)))[:WORDS_KEPT_MAX]
        owner = Owner("person", str(person_id))
        wrapped = await contacts.data_key(tx, self._vault, owner)
        await store.add_words(
            tx, submission_id, owner, self._vault.seal(owner, wrapped, orjson.dumps(all_words))
        )

    async def open(
        self, conn: asyncpg.Connection, submissions: Collection[UUID]
    ) -> dict[UUID, tuple[str, ...]]:
        """Return the words of these submissions. Raises CannotOpen when some were sealed with another master key."""
        sealed = await store.sealed_words(conn, submissions)
        return {
            id_: tuple(orjson.loads(self._vault.open(owner, wrapped, text)))
            for id_, (owner, wrapped, text) in sealed.items()
        }
