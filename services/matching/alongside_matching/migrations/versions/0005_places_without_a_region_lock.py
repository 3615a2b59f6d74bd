"""What a referral seeks becomes one document; every change of an offer leaves a mark that no reader can miss."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SOUGHT = ("languages", "formats", "modes", "avoid_needs", "age_band", "urgency")


def upgrade() -> None:
    """Apply this step."""
    _gather_what_is_sought()
    _create_offer_change()


def downgrade() -> None:
    """Undo this step."""
    op.execute("drop trigger note_new on offer")
    op.execute("drop trigger note_changed on offer")
    op.execute("drop function note_new_offers")
    op.execute("drop function note_changed_offers")
    op.drop_table("offer_change")
    _scatter_what_is_sought()


def _gather_what_is_sought() -> None:
    op.add_column("request", sa.Column("sought", postgresql.JSONB(), nullable=True))
    op.execute("""
        update request set sought = jsonb_strip_nulls(jsonb_build_object(
            'needs', to_jsonb(needs), 'languages', to_jsonb(languages), 'formats', to_jsonb(formats),
            'modes', to_jsonb(modes), 'avoid_needs', to_jsonb(avoid_needs), 'age_band', age_band,
            'urgency', urgency))
    """)
    op.alter_column("request", "sought", nullable=False)
    for column in _SOUGHT:
        op.drop_column("request", column)


def _scatter_what_is_sought() -> None:
    op.execute("""
        alter table request
            add column languages text[] default '{}' not null, add column formats text[] default '{}' not null,
            add column modes text[] default '{}' not null, add column avoid_needs text[] default '{}' not null,
            add column age_band text, add column urgency text
    """)
    op.execute("""
        update request set
            languages = array(select jsonb_array_elements_text(coalesce(sought->'languages', '[]'))),
            formats = array(select jsonb_array_elements_text(coalesce(sought->'formats', '[]'))),
            modes = array(select jsonb_array_elements_text(coalesce(sought->'modes', '[]'))),
            avoid_needs = array(select jsonb_array_elements_text(coalesce(sought->'avoid_needs', '[]'))),
            age_band = sought->>'age_band', urgency = coalesce(sought->>'urgency', 'routine')
    """)
    op.alter_column("request", "urgency", nullable=False)
    op.drop_column("request", "sought")


def _create_offer_change() -> None:
    op.create_table(
        "offer_change",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("changed_in", sa.BigInteger(), nullable=False),
        sa.Column("said_in", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_offer_change_offer_id_offer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_offer_change")),
    )
    op.create_index(op.f("ix_offer_change_changed_in"), "offer_change", ["changed_in"])
    _note_new_offers()
    _note_changed_offers()


def _note_new_offers() -> None:
    op.execute("""
        create function note_new_offers() returns trigger language plpgsql as $$
        begin
            insert into offer_change (offer_id, changed_in, said_in)
            select id, pg_current_xact_id()::text::bigint, pg_current_xact_id()::text::bigint from added
            on conflict do nothing;
            return null;
        end $$
    """)
    op.execute("""
        create trigger note_new after insert on offer referencing new table as added
        for each statement execute function note_new_offers()
    """)


def _note_changed_offers() -> None:
    """A statement moves places, or it changes what an offer says of itself; it never does both."""
    op.execute("""
        create function note_changed_offers() returns trigger language plpgsql as $$
        declare this_one constant bigint := pg_current_xact_id()::text::bigint;
        begin
            insert into offer_change as known (offer_id, changed_in, said_in)
            select id, this_one, case when (after.held, after.taken) = (before.held, before.taken) then this_one else 0 end
            from after_it as after join before_it as before using (id)
            on conflict (offer_id) do update
                set changed_in = excluded.changed_in, said_in = greatest(known.said_in, excluded.said_in);
            return null;
        end $$
    """)
    op.execute("""
        create trigger note_changed after update on offer
        referencing old table as before_it new table as after_it
        for each statement execute function note_changed_offers()
    """)
