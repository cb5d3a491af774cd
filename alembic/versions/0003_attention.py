"""What in comments asks for a person, who is told of it, and saved replies.

Revision 0003, after 0002. Old comments are read once by the worker.
"""

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and the column."""
    op.create_table(
        "attention",
        sa.Column("comment", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("cluster", sa.String(32), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("seen", sa.String(120), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("comment", "kind"),
    )
    _partial("attention_open", "attention", ["campaign", "kind", "comment"], "points > 0 AND seen = ''")
    _partial("attention_cluster", "attention", ["campaign", "cluster"], "cluster <> ''")
    op.create_table(
        "watch",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("hook", sa.String(1000), nullable=False),
        sa.Column("fault", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("campaign"),
    )
    op.create_table(
        "saved_reply",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("staff", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_saved_reply_campaign", "saved_reply", ["campaign"], unique=False)
    op.add_column("post", sa.Column("token_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("comment", sa.Column("tone", sa.Integer(), nullable=True))
    _partial("comment_unread", "comment", ["campaign", "number"], "tone IS NULL")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """Drop them."""
    op.drop_index("comment_unread", table_name="comment")
    op.drop_column("comment", "tone")
    op.drop_column("post", "token_at")
    for table in ("saved_reply", "watch", "attention"):
        op.drop_table(table)
