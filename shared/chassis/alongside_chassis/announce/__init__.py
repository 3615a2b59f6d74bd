"""The transaction, which alone commits; the outbox, which holds what it announces; the relay, which alone sends."""

from alongside_chassis.announce.outbox import Sending, find_sending
from alongside_chassis.announce.transaction import Tx
from alongside_chassis.announce.transaction import transaction as one_transaction

__all__ = ["Sending", "Tx", "find_sending", "one_transaction"]
