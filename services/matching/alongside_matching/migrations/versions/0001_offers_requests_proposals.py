"""Offers and their contacts, requests, proposals, directory imports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from alongside_chassis.migrations import create_chassis_tables_v1, drop_chassis_tables_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    create_chassis_tables_v1()
    _create_offer()
    _create_request()
    _create_proposal()
    _create_directory_import()


def downgrade() -> None:
    """Undo this step."""
    for table in (
        "directory_import_line",
        "directory_import_part",
        "directory_import",
        "proposal",
        "request",
        "offer_contact",
        "offer",
    ):
        op.drop_table(table)
    drop_chassis_tables_v1()


def _create_offer() -> None:
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("kind"),
        _text("region"),
        _text("name", nullable=True),
        *(_codes(name) for name in ("needs", "languages", "formats", "modes", "age_bands")),
        sa.Column("capacity", sa.Integer(), nullable=True),
        _count("held"),
        _count("taken"),
        *(_text(name, nullable=True) for name in ("paused_because", "source", "source_id", "content_hash")),
        _moment("created_at"),
        _moment("updated_at"),
        _check("offer", "kind", "kind in ('supporter', 'group', 'service')"),
        _check("offer", "supporters_have_no_name_here", "kind <> 'supporter' or name is null"),
        _check("offer", "needs", "cardinality(needs) > 0 or source is not null"),
        _check("offer", "languages", "cardinality(languages) > 0"),
        _check("offer", "counts", "capacity >= 0 and held >= 0 and taken >= 0"),
        _check("offer", "within_capacity", "capacity is null or held + taken <= capacity"),
        _check("offer", "paused_because", "paused_because in ('staff', 'not-active', 'vanished')"),
        _check("offer", "source_with_its_id", "(source is null) = (source_id is null)"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("source", "source_id", name=op.f("uq_offer_source_source_id")),
    )
    op.create_index(op.f("ix_offer_needs"), "offer", ["needs"], postgresql_using="gin")
    op.create_index(op.f("ix_offer_region"), "offer", ["region", "id"])
    op.create_table(
        "offer_contact",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        _text("email"),
        _reference("offer_contact", "offer_id", "offer.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_offer_contact")),
    )


def _create_request() -> None:
    op.create_table(
        "request",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        _text("state"),
        _text("region"),
        *(_codes(name) for name in ("needs", "languages", "formats", "modes", "avoid_needs")),
        _text("age_band", nullable=True),
        _text("urgency"),
        sa.Column("urgency_rank", sa.Integer(), nullable=False),
        sa.Column("asked", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        _count("attempts"),
        _moment("waiting_since"),
        _moment("updated_at"),
        _check("request", "state", "state in ('searching', 'waiting', 'proposed', 'matched', 'closed')"),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_request")),
    )
    op.create_index(
        "ix_request_waiting",
        "request",
        ["region", "urgency_rank", "waiting_since", "referral_id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _create_proposal() -> None:
    op.create_table(
        "proposal",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "referral_id", "offer_id")),
        _text("offer_kind"),
        _text("region"),
        sa.Column("attempt", sa.Integer(), nullable=False),
        _text("state"),
        _codes("reasons"),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("factors", postgresql.JSONB(), nullable=False),
        sa.Column("considered", sa.Integer(), nullable=False),
        _moment("expires_at"),
        _moment("answered_at", nullable=True),
        _text("declined_because", nullable=True),
        _moment("created_at"),
        _check("proposal", "state", "state in ('open', 'accepted', 'declined', 'lapsed', 'withdrawn')"),
        _check("proposal", "answered_at", "(state = 'open') = (answered_at is null)"),
        _check("proposal", "declined_because", "(state = 'declined') = (declined_because is not null)"),
        _reference("proposal", "referral_id", "request.referral_id"),
        _reference("proposal", "offer_id", "offer.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("referral_id", "attempt", name=op.f("uq_proposal_referral_id_attempt")),
    )
    op.create_index(op.f("ix_proposal_offer_id"), "proposal", ["offer_id", "id"])
    op.create_index("ix_proposal_open", "proposal", ["id"], postgresql_where=sa.text("state = 'open'"))
    op.create_index(
        "ix_proposal_one_at_a_time",
        "proposal",
        ["referral_id"],
        unique=True,
        postgresql_where=sa.text("state in ('open', 'accepted')"),
    )


def _create_directory_import() -> None:
    counted = (
        "read",
        "created",
        "changed",
        "unchanged",
        "quarantined",
        "lines_quarantined",
        "flagged",
        "vanished",
    )
    op.create_table(
        "directory_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("region"),
        sa.Column("pause_vanished", sa.Boolean(), nullable=False),
        _count("attempts"),
        _text("state"),
        sa.Column("of", sa.Integer(), nullable=True),
        *(_count(name) for name in counted),
        _text("problem", nullable=True),
        _text("remedy", nullable=True),
        _moment("created_at"),
        _moment("finished_at", nullable=True),
        _check("directory_import", "state", "state in ('queued', 'reading', 'storing', 'done', 'failed')"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_import")),
    )
    op.create_index(
        "ix_directory_import_unfinished",
        "directory_import",
        ["id"],
        postgresql_where=sa.text("state in ('queued', 'reading', 'storing')"),
    )
    _create_import_table("directory_import_part", sa.Column("content", sa.LargeBinary(), nullable=False))
    _create_import_table(
        "directory_import_line",
        _text("kind"),
        _text("file"),
        sa.Column("line", sa.Integer(), nullable=False),
        *(_text(name) for name in ("source_id", "column", "code", "detail", "remedy")),
        _check("directory_import_line", "kind", "kind in ('quarantined', 'flagged')"),
    )


def _create_import_table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *columns,
        _reference(name, "import_id", "directory_import.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f(f"pk_{name}")),
    )


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _codes(name: str) -> sa.Column[list[str]]:
    return sa.Column(name, postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _reference(table: str, column: str, to: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [to], name=name, ondelete=ondelete)
