"""Who liked, reposted or follows, as platforms list it at the closing; whose account and whose entry are one person's.

Revision 0004, after 0003.
"""

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the column."""
    op.create_table(
        "engaged",
        sa.Column("post", sa.String(32), nullable=False),
        sa.Column("act", sa.String(10), nullable=False),
        sa.Column("person", sa.String(320), nullable=False),
        sa.PrimaryKeyConstraint("post", "act", "person"),
    )
    op.create_table(
        "roll",
        sa.Column("post", sa.String(32), nullable=False),
        sa.Column("act", sa.String(10), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("post", "act"),
    )
    op.create_table(
        "tie",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("entrant", sa.String(32), nullable=False),
        sa.Column("handle", sa.String(320), nullable=False),
        sa.Column("account", sa.String(320), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("campaign", "code"),
    )
    op.create_index("tie_entrant", "tie", ["campaign", "entrant"], unique=True)
    op.create_index("tie_account", "tie", ["campaign", "account"], unique=False)
    # A server of the version before goes on writing posts while this one starts.
    op.add_column("post", sa.Column("listing", sa.String(10), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("post", "listing")
    for table in ("tie", "roll", "engaged"):
        op.drop_table(table)
