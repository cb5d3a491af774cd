"""Comments as entries: posts, sweeps of them, comments as they are and as they were.

Revision 0002, after 0001.
"""

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "comment",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("post", sa.String(32), nullable=False),
        sa.Column("external", sa.String(500), nullable=False),
        sa.Column("person", sa.String(320), nullable=False),
        sa.Column("handle", sa.String(320), nullable=False),
        sa.Column("name", sa.String(320), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("mentions", sa.LargeBinary(), nullable=False),
        sa.Column("pictures", sa.Integer(), nullable=True),
        sa.Column("parent", sa.String(500), nullable=True),
        sa.Column("link", sa.String(1000), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.String(32), nullable=False),
        sa.Column("entrant", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("comment_handle", "comment", ["campaign", "handle"], unique=False)
    op.create_index(
        "comment_new",
        "comment",
        ["campaign", "number"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index("comment_once", "comment", ["post", "external"], unique=True)
    op.create_index("comment_person", "comment", ["campaign", "person"], unique=False)
    op.create_table(
        "observation",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("comment", sa.BigInteger(), nullable=False),
        sa.Column("sweep", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_observation_comment", "observation", ["comment"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(60), nullable=False),
        sa.Column("site", sa.String(20), nullable=False),
        sa.Column("scope", sa.String(255), nullable=False),
        sa.Column("external", sa.String(500), nullable=False),
        sa.Column("author", sa.String(320), nullable=False),
        sa.Column("link", sa.String(1000), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.String(120), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sweep", sa.Integer(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quiet", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("fault", sa.String(40), nullable=False),
        sa.Column("said", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_post_next_at", "post", ["next_at"], unique=False)
    op.create_index("post_once", "post", ["campaign", "site", "external"], unique=True)
    op.create_table(
        "sweep",
        sa.Column("post", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("post", "number"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("sweep")
    op.drop_index("post_once", table_name="post")
    op.drop_index("ix_post_next_at", table_name="post")
    op.drop_table("post")
    op.drop_index("ix_observation_comment", table_name="observation")
    op.drop_table("observation")
    op.drop_index("comment_person", table_name="comment")
    op.drop_index("comment_once", table_name="comment")
    op.drop_index(
        "comment_new",
        table_name="comment",
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.drop_index("comment_handle", table_name="comment")
    op.drop_table("comment")
