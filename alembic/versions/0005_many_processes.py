"""What many processes tell each other: who is alive, who came too often; journals that must not be signed.

Revision 0005, after 0004.
"""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the column."""
    op.create_table(
        "beat",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "often",
        sa.Column("counter", sa.String(20), nullable=False),
        sa.Column("window", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("process", sa.String(32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("counter", "window", "name", "process"),
    )
    # A server of the version before goes on making journals while this one starts.
    op.add_column("journal", sa.Column("held", sa.String(300), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("journal", "held")
    for table in ("often", "beat"):
        op.drop_table(table)
