"""Submissions, people, partners and the vault."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from alongside_chassis.migrations import create_chassis_tables_v1, drop_chassis_tables_v1

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the database forward."""
    create_chassis_tables_v1()
    _create_partner_and_person()
    _create_submission()
    _create_open_referral()
    _create_vault()


def downgrade() -> None:
    """Take it back."""
    for table in ("contact_route", "vault_key", "open_referral", "submission", "person", "partner"):
        op.drop_table(table)
    drop_chassis_tables_v1()


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _create_partner_and_person() -> None:
    op.create_table(
        "partner",
        _text("id"),
        _text("name"),
        _text("setting"),
        _text("region"),
        _time("registered_at"),
        _time("changed_at"),
        sa.CheckConstraint("id <> 'self'", name=op.f("ck_partner_not_reserved")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("namespace"),
        _text("reference"),
        _time("created_at"),
        _time("erased_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index("uq_person_namespace_reference", "person", ["namespace", "reference"], unique=True)


def _create_submission() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("source"),
        _text("reference"),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _text("region"),
        _text("setting"),
        _text("state"),
        sa.Column("facts", JSONB(), nullable=True),
        sa.Column("problems", JSONB(), nullable=False),
        sa.Column("suggestions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("risks", sa.ARRAY(sa.Text()), nullable=False),
        _text("because", nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("repeats", sa.Uuid(), nullable=True),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        _text("next_actor", nullable=True),
        _time("due_at", nullable=True),
        _text("cleared_by", nullable=True),
        _text("cleared_because", nullable=True),
        _time("cleared_at", nullable=True),
        _text("cause", nullable=True),
        _time("received_at"),
        _time("decided_at"),
        *_submission_rules(),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_submission_person_id_person")),
        sa.ForeignKeyConstraint(
            ["repeats"], ["submission.id"], name=op.f("fk_submission_repeats_submission")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["submission.id"],
            name=op.f("fk_submission_superseded_by_submission"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    _index_submission()


def _submission_rules() -> list[sa.CheckConstraint]:
    rules = {
        "known_state": "state in ('admitted', 'held', 'rejected', 'linked', 'escalated')",
        "known_because": "because in ('same-reference', 'same-person-and-need')",
        "known_next_actor": "next_actor in ('requester', 'person', 'coordinator')",
        "linked_has_a_reason": "(state = 'linked') = (because is not null)",
        "admitted_has_a_referral": "state <> 'admitted' or referral_id is not null",
        "refused_has_no_referral": "state not in ('held', 'rejected') or referral_id is null",
        "waits_for_somebody": "(next_actor is not null and due_at is not null)"
        " = (state in ('held', 'escalated') and superseded_by is null and facts is not null)",
        "due_when_somebody_is_next": "(next_actor is null) = (due_at is null)",
        "cleared_by_somebody": "(cleared_at is null) = (cleared_by is null)",
    }
    return [sa.CheckConstraint(rule, name=op.f(f"ck_submission_{name}")) for name, rule in rules.items()]


def _index_submission() -> None:
    op.create_index(
        "uq_submission_standing",
        "submission",
        ["source", "reference"],
        unique=True,
        postgresql_where=sa.text("repeats is null and superseded_by is null"),
    )
    op.create_index(
        "ix_submission_alarm",
        "submission",
        ["source", "reference"],
        postgresql_where=sa.text("state = 'escalated' and superseded_by is null"),
    )
    op.create_index("ix_submission_state_id", "submission", ["state", "id"])
    op.create_index(
        "ix_submission_repeats", "submission", ["repeats"], postgresql_where=sa.text("repeats is not null")
    )
    op.create_index("ix_submission_person_id", "submission", ["person_id"])
    op.create_index(
        "ix_submission_referral_id",
        "submission",
        ["referral_id"],
        postgresql_where=sa.text("referral_id is not null"),
    )


def _create_open_referral() -> None:
    op.create_table(
        "open_referral",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("needs", sa.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_open_referral_person_id_person")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_open_referral_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_open_referral")),
    )
    op.create_index("ix_open_referral_person_id", "open_referral", ["person_id"])


def _create_vault() -> None:
    op.create_table(
        "vault_key",
        _text("kind"),
        _text("owner"),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        _time("created_at"),
        sa.CheckConstraint("kind in ('person', 'partner')", name=op.f("ck_vault_key_known_kind")),
        sa.PrimaryKeyConstraint("kind", "owner", name=op.f("pk_vault_key")),
    )
    op.create_table(
        "contact_route",
        _text("kind"),
        _text("owner"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _time("changed_at"),
        sa.ForeignKeyConstraint(
            ["kind", "owner"],
            ["vault_key.kind", "vault_key.owner"],
            name=op.f("fk_contact_route_kind_vault_key"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("kind", "owner", name=op.f("pk_contact_route")),
    )
