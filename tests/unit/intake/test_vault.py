"""Sealed data can be opened only for its owner, and not at all once the key is deleted."""

import pytest

from alongside_intake.people.vault import CannotOpen, Owner, Vault

MASTER_KEY = b"0123456789abcdef0123456789abcdef"
PERSON, SOMEBODY_ELSE = Owner("person", "1"), Owner("person", "2")
SECRET = b'{"email":"someone@example.org"}'


def test_what_is_sealed_opens_again() -> None:
    vault, key = opened_vault()

    sealed = vault.seal(PERSON, key, SECRET)

    assert vault.open(PERSON, key, sealed) == SECRET


def test_neither_the_key_nor_the_secret_can_be_read_from_what_is_stored() -> None:
    vault, key = opened_vault()

    sealed = vault.seal(PERSON, key, SECRET)

    assert b"example" not in sealed + key
    assert sealed != vault.seal(PERSON, key, SECRET)


def test_a_new_key_does_not_open_what_an_erased_key_sealed() -> None:
    vault, key = opened_vault()
    sealed = vault.seal(PERSON, key, SECRET)

    with pytest.raises(CannotOpen):
        vault.open(PERSON, vault.new_key(PERSON), sealed)


def test_one_persons_key_does_not_open_another_persons_data() -> None:
    vault, key = opened_vault()

    with pytest.raises(CannotOpen):
        vault.seal(SOMEBODY_ELSE, key, SECRET)


def test_another_master_key_opens_nothing() -> None:
    vault, key = opened_vault()
    sealed = vault.seal(PERSON, key, SECRET)

    with pytest.raises(CannotOpen):
        Vault(MASTER_KEY[::-1]).open(PERSON, key, sealed)


@pytest.mark.parametrize("position", [0, 1, 20, -1])
def test_altered_bytes_do_not_open(position: int) -> None:
    vault, key = opened_vault()
    altered = bytearray(vault.seal(PERSON, key, SECRET))
    altered[position] ^= 1

    with pytest.raises(CannotOpen):
        vault.open(PERSON, key, bytes(altered))


def opened_vault() -> tuple[Vault, bytes]:
    """Return a vault and a person's wrapped key."""
    vault = Vault(MASTER_KEY)
    return vault, vault.new_key(PERSON)
