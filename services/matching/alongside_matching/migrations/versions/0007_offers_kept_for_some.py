"""Whom an offer is kept for is said by itself, so that who says they are one of them can be asked."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step. Identities among the needs and ages of `eligibility` kept an offer from everyone."""
    op.execute("alter table offer add column only_for text[] default '{}' not null")
    op.execute("""
        update offer
        set only_for = array(select unnest(eligibility) intersect select unnest(identities_alone)),
            eligibility = array(select unnest(eligibility) except select unnest(identities_alone))
        from (values (array[
            'woman', 'man', 'non-binary', 'transgender', 'black', 'latino', 'indigenous', 'asian', 'middle-eastern',
            'white', 'multiracial', 'immigrant', 'refugee', 'christian', 'jewish', 'muslim', 'hindu', 'buddhist', 'sikh',
            'secular', 'deaf', 'blind', 'disabled', 'neurodivergent', 'young-adult', 'older-adult', 'parent', 'rural'
        ])) as codes (identities_alone)
        where eligibility && identities_alone
    """)


def downgrade() -> None:
    """Undo this step. What is kept for some is kept from everyone again."""
    op.execute("update offer set eligibility = eligibility || only_for where only_for <> '{}'")
    op.drop_column("offer", "only_for")
