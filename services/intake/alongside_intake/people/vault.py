"""Seals personal data so that deleting a person's key erases the data in every copy and backup.

Each person (and each partner) has a random data key, which is stored only wrapped by the master key. Keys are wrapped and
texts are sealed with AES-256-GCM. The owner's label is authenticated too, so a text moved to another owner does not open.
Layout of both: 1 byte version, 12 bytes nonce, ciphertext with its 16-byte tag.
"""

import secrets
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION: Final = b"\x01"
NONCE_BYTES: Final = 12
DATA_KEY_BITS: Final = 256
HASH_BYTES: Final = 32


class CannotOpen(Exception):
    """A sealed text cannot be opened: another master key, another owner, or altered bytes."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of sealed data; `id` is a person's opaque id or a partner's id."""

    kind: Literal["person", "partner"]
    id: str

    @property
    def label(self) -> bytes:
        """The bytes that are authenticated with everything sealed for this owner."""
        return f"{self.kind}:{self.id}".encode()


class Vault:
    """Wraps data keys and seals texts with them; keeps nothing but the master key, and one that is derived from it."""

    def __init__(self, master_key: bytes) -> None:
        self._master = AESGCM(master_key)
        self._hash_key = blake2b(b"hashes of references", key=master_key, digest_size=HASH_BYTES).digest()

    def hash_of(self, *texts: str) -> bytes:
        """Return a keyed hash of these texts, in this order: without the master key nobody can try texts against it."""
        named = "\0".join(texts).encode()
        return blake2b(named, key=self._hash_key, digest_size=HASH_BYTES).digest()

    def new_key(self, owner: Owner) -> bytes:
        """Return a new data key for `owner`, wrapped: the only form in which it may be stored."""
        return _seal(self._master, AESGCM.generate_key(DATA_KEY_BITS), b"key:" + owner.label)

    def seal(self, owner: Owner, wrapped_key: bytes, text: bytes) -> bytes:
        """Encrypt `text` with the owner's data key. Raises CannotOpen when that key is not ours."""
        return _seal(self._data_key(owner, wrapped_key), text, owner.label)

    def open(self, owner: Owner, wrapped_key: bytes, sealed: bytes) -> bytes:
        """Return the text sealed for `owner`. Raises CannotOpen."""
        return _open(self._data_key(owner, wrapped_key), sealed, owner.label)

    def _data_key(self, owner: Owner, wrapped_key: bytes) -> AESGCM:
        return AESGCM(_open(self._master, wrapped_key, b"key:" + owner.label))


def _seal(key: AESGCM, text: bytes, label: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + key.encrypt(nonce, text, label)


def _open(key: AESGCM, sealed: bytes, label: bytes) -> bytes:
    if sealed[:1] != VERSION:
        raise CannotOpen("sealed by a version of the vault that this program does not know")
    nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return key.decrypt(nonce, ciphertext, label)
    except InvalidTag as error:
        raise CannotOpen("wrong master key (ALONGSIDE_PERSON_KEY), wrong owner, or altered bytes") from error
