"""The first tables.

Revision 0001, the first.
"""

import sqlalchemy as sa

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# The acts of the staff are only ever added to: each of these statements refuses one way round that. What an act says of
# people, and its evidence, is emptied when its time is over; that it took place, when and by whom, stays.
APPEND_ONLY = {
    "sqlite": (
        (
            "CREATE TRIGGER action_update BEFORE UPDATE ON action WHEN NOT (NEW.detail = '' AND NEW.evidence = x'' "
            "AND NEW.evidence_name = '' AND NEW.id IS OLD.id AND NEW.campaign IS OLD.campaign AND NEW.at IS OLD.at "
            "AND NEW.staff IS OLD.staff AND NEW.verb IS OLD.verb AND NEW.place IS OLD.place AND NEW.organiser IS OLD.organiser) "
            "BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END"
        ),
        "CREATE TRIGGER action_delete BEFORE DELETE ON action BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END",
        # INSERT OR REPLACE deletes without asking the trigger for deletions.
        (
            "CREATE TRIGGER action_replace BEFORE INSERT ON action WHEN EXISTS (SELECT 1 FROM action WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE FUNCTION action_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN IF TG_OP = 'UPDATE' THEN IF NEW.detail = '' AND NEW.evidence_name = '' "
            "AND octet_length(NEW.evidence) = 0 AND (NEW.id, NEW.campaign, NEW.at, NEW.staff, NEW.verb, NEW.place, NEW.organiser) "
            "IS NOT DISTINCT FROM (OLD.id, OLD.campaign, OLD.at, OLD.staff, OLD.verb, OLD.place, OLD.organiser) "
            "THEN RETURN NEW; END IF; END IF; RAISE EXCEPTION 'acts are append-only'; END $$"
        ),
        (
            "CREATE TRIGGER action_change BEFORE UPDATE OR DELETE ON action FOR EACH ROW "
            "EXECUTE FUNCTION action_is_append_only()"
        ),
        (
            "CREATE TRIGGER action_truncate BEFORE TRUNCATE ON action FOR EACH STATEMENT "
            "EXECUTE FUNCTION action_is_append_only()"
        ),
    ),
}


def upgrade() -> None:
    op.create_table(
        "acknowledged",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("remark", sa.String(64), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("fr", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("law", sa.String(), nullable=False),
        sa.Column("staff", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "remark"),
    )
    op.create_table(
        "amendment",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("draft_form", sa.String(4), nullable=False),
        sa.Column("reasons", sa.LargeBinary(), nullable=False),
        sa.Column("begun_by", sa.String(120), nullable=False),
        sa.Column("edited_by", sa.String(120), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released", sa.String(64), nullable=False),
        sa.Column("released_by", sa.String(120), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_reason", sa.String(2000), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("campaign", "version"),
    )
    op.create_table(
        "action",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff", sa.String(250), nullable=False),
        sa.Column("verb", sa.String(40), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("evidence_name", sa.String(200), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("organiser", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_campaign"), ["campaign"], unique=False)
        batch_op.create_index(batch_op.f("ix_action_organiser"), ["organiser"], unique=False)
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)

    op.create_table(
        "attempt",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(330), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_subject"), ["subject"], unique=False)

    op.create_table(
        "award",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("entrant", sa.String(32), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("claim", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "unit"),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_token"), ["token"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_until"), ["until"], unique=False)

    op.create_table(
        "campaign",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organiser", sa.String(32), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("series", sa.String(60), nullable=False),
        sa.Column("series_place", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(10), nullable=False),
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("draft_form", sa.String(4), nullable=False),
        sa.Column("edited_by", sa.String(120), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("freezes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draws_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_series"), ["series"], unique=False)
        batch_op.create_index(batch_op.f("ix_campaign_organiser"), ["organiser"], unique=False)
        batch_op.create_index(batch_op.f("ix_campaign_stage"), ["stage"], unique=False)

    op.create_table(
        "ceremony",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("staff", sa.String(32), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "staff"),
    )
    op.create_table(
        "code",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("entry", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("campaign", "code"),
    )
    op.create_table(
        "cosigned",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "clock",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("stage", sa.String(10), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign"),
    )
    op.create_table(
        "erased",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("item", sa.String(60), nullable=False),
        sa.Column("why", sa.String(10), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "item", "why"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("verb", sa.String(10), nullable=False),
        sa.Column("staff", sa.String(250), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_campaign"), ["campaign"], unique=False)

    op.create_table(
        "declined",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "reason", "channel"),
    )
    op.create_table(
        "draw",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("draw", sa.String(80), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("entrants", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("pool", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", sa.LargeBinary(), nullable=False),
        sa.Column("registered", sa.BigInteger(), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("ranking", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("campaign"),
    )
    op.create_table(
        "entrant",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("person", sa.String(320), nullable=True),
        sa.Column("email", sa.String(320), nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("referral", sa.String(16), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.String(10), nullable=False),
        sa.Column("today", sa.Integer(), nullable=False),
        sa.Column("channels", sa.String(), nullable=False),
        sa.Column("bonus_referral", sa.Integer(), nullable=False),
        sa.Column("bonus_channel", sa.Integer(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("referral"),
    )
    with op.batch_alter_table("entrant", schema=None) as batch_op:
        batch_op.create_index("entrant_person", ["campaign", "person"], unique=True)

    op.create_table(
        "entry",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("entrant", sa.String(32), nullable=True),
        sa.Column("owner", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(80), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("person", sa.String(320), nullable=True),
        sa.Column("household", sa.String(400), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("marks", sa.String(200), nullable=False),
        sa.Column("token", sa.String(72), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("token"),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(
            "entry_household",
            ["campaign", "household"],
            unique=False,
            sqlite_where=sa.text("household IS NOT NULL"),
            postgresql_where=sa.text("household IS NOT NULL"),
        )
        batch_op.create_index(
            "entry_marks",
            ["campaign", "marks"],
            unique=False,
            sqlite_where=sa.text("marks <> ''"),
            postgresql_where=sa.text("marks <> ''"),
        )
        batch_op.create_index(
            "entry_pending",
            ["campaign", "person"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index("entry_place", ["campaign", "place"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_owner"), ["owner"], unique=False)

    op.create_table(
        "excluded",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("person", sa.String(320), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "person"),
    )
    op.create_table(
        "installation",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("origin", sa.String(300), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("roots", sa.LargeBinary(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checkpoint", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "media",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "name"),
    )
    op.create_table(
        "minutes",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("pdf_digest", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("stated", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("annulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "number", "language"),
    )
    op.create_table(
        "authorisation",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(80), nullable=False),
        sa.Column("entrant", sa.String(32), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("staff", sa.String(120), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "unit", "entrant"),
    )
    op.create_table(
        "opt_in",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("box", sa.String(40), nullable=False),
        sa.Column("person", sa.String(320), nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(80), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("last_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("opt_in", schema=None) as batch_op:
        batch_op.create_index("opt_in_person", ["campaign", "person", "box"], unique=True)
        batch_op.create_index("opt_in_ends", ["ends_at"], unique=False)

    op.create_table(
        "closing",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("stated", sa.LargeBinary(), nullable=False),
        sa.Column("staff", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("campaign"),
    )
    op.create_table(
        "handover",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(80), nullable=False),
        sa.Column("entrant", sa.String(32), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_on", sa.String(10), nullable=False),
        sa.Column("sent_by", sa.String(120), nullable=False),
        sa.Column("carrier", sa.String(120), nullable=False),
        sa.Column("tracking", sa.String(120), nullable=False),
        sa.Column("value", sa.String(12), nullable=False),
        sa.Column("guardian", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.String(120), nullable=False),
        sa.Column("withheld_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withheld_by", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("named", sa.String(40), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("campaign", "unit", "entrant"),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_remind_at"), ["remind_at"], unique=False)

    op.create_table(
        "notified",
        sa.Column("once", sa.String(120), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(80), nullable=False),
        sa.Column("entrant", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("once"),
    )
    with op.batch_alter_table("notified", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notified_campaign"), ["campaign"], unique=False)

    op.create_table(
        "shown",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(80), nullable=False),
        sa.Column("entrant", sa.String(32), nullable=False),
        sa.Column("document", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "unit", "entrant", "document"),
    )
    with op.batch_alter_table("shown", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shown_gone_at"), ["gone_at"], unique=False)

    op.create_table(
        "words",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("staff", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "kind", "language"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("once", sa.String(120), nullable=True),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("once"),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_campaign"), ["campaign"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_due_at"), ["due_at"], unique=False)

    op.create_table(
        "paper",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "version", "language"),
    )
    op.create_table(
        "parent",
        sa.Column("token", sa.String(72), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("child", sa.String(72), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.Column("person", sa.String(320), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token"),
        sa.UniqueConstraint("child"),
    )
    with op.batch_alter_table("parent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parent_entry"), ["entry"], unique=False)
        batch_op.create_index(
            "parent_asked",
            ["campaign", "person"],
            unique=False,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )

    op.create_table("proof", sa.Column("id", sa.String(43), nullable=False), sa.PrimaryKeyConstraint("id"))
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("prepared_id", sa.String(32), nullable=False),
        sa.Column("prepared_by", sa.String(120), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("decided_by", sa.String(120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_campaign"), ["campaign"], unique=False)
        batch_op.create_index(batch_op.f("ix_proposal_state"), ["state"], unique=False)

    op.create_table(
        "record",
        sa.Column("journal", sa.String(32), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("journal", "place"),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index("record_kind", ["journal", "kind", "place"], unique=False)

    op.create_table(
        "sealed",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("sealed", sa.String(64), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "sealed"),
    )
    op.create_table(
        "session",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("staff", sa.String(32), nullable=False),
        sa.Column("organiser", sa.String(32), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("browser", sa.String(60), nullable=False),
        sa.Column("half", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_staff"), ["staff"], unique=False)

    op.create_table(
        "sifted",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign"),
    )
    op.create_table(
        "signal",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("cluster", sa.String(32), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("seen", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "kind", "owner"),
    )
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.create_index(
            "signal_cluster",
            ["campaign", "kind", "cluster"],
            unique=False,
            sqlite_where=sa.text("cluster <> ''"),
            postgresql_where=sa.text("cluster <> ''"),
        )
        batch_op.create_index(
            "signal_open",
            ["campaign", "owner"],
            unique=False,
            sqlite_where=sa.text("strength > 0"),
            postgresql_where=sa.text("strength > 0"),
        )
        batch_op.create_index("signal_owner", ["owner"], unique=False)

    op.create_table(
        "organiser",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "membership",
        sa.Column("staff", sa.String(32), nullable=False),
        sa.Column("organiser", sa.String(32), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("staff", "organiser"),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_organiser"), ["organiser"], unique=False)

    op.create_table(
        "passkey",
        sa.Column("id", sa.String(1400), nullable=False),
        sa.Column("staff", sa.String(32), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_staff"), ["staff"], unique=False)

    op.create_table(
        "challenge",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("installation", sa.Boolean(), nullable=False),
        sa.Column("totp", sa.String(64), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "recovery",
        sa.Column("staff", sa.String(32), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("staff", "code"),
    )
    op.create_table(
        "invitation",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("organiser", sa.String(32), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("invited_by", sa.String(120), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index("invitation_email", ["email", "organiser"], unique=True)

    op.create_table(
        "observer",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    op.create_table(
        "stamp",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "what"),
    )
    with op.batch_alter_table("stamp", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stamp_due_at"), ["due_at"], unique=False)

    op.create_table(
        "tile",
        sa.Column("journal", sa.String(32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("journal", "level", "number"),
    )
    op.create_table(
        "token",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("authority", sa.String(300), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("roots", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "what", "authority"),
    )
    op.create_table(
        "visit",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(80), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "hour", "channel", "language", "what"),
    )
    op.create_table(
        "calendar",
        sa.Column("staff", sa.String(32), nullable=False),
        sa.Column("organiser", sa.String(32), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("staff", "organiser"),
        sa.UniqueConstraint("token"),
    )
    op.create_table(
        "preview",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("note", sa.String(120), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    with op.batch_alter_table("preview", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preview_campaign"), ["campaign"], unique=False)

    op.create_table(
        "witness",
        sa.Column("vkey", sa.String(400), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("vkey"),
    )


def downgrade() -> None:
    with op.batch_alter_table("preview", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preview_campaign"))

    op.drop_table("preview")
    op.drop_table("calendar")
    op.drop_table("visit")
    op.drop_table("witness")
    op.drop_table("token")
    op.drop_table("tile")
    with op.batch_alter_table("stamp", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stamp_due_at"))

    op.drop_table("stamp")
    op.drop_table("observer")
    op.drop_table("invitation")
    op.drop_table("recovery")
    op.drop_table("staff")
    with op.batch_alter_table("signal", schema=None) as batch_op:
        batch_op.drop_index("signal_owner")
        batch_op.drop_index("signal_open")
        batch_op.drop_index("signal_cluster")

    op.drop_table("signal")
    op.drop_table("sifted")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_staff"))

    op.drop_table("session")
    op.drop_table("sealed")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_index("record_kind")

    op.drop_table("record")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_state"))
        batch_op.drop_index(batch_op.f("ix_proposal_campaign"))

    op.drop_table("proposal")
    op.drop_table("proof")
    op.drop_table("paper")
    op.drop_table("words")
    with op.batch_alter_table("shown", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shown_gone_at"))

    op.drop_table("shown")
    with op.batch_alter_table("notified", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notified_campaign"))

    op.drop_table("notified")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_remind_at"))

    op.drop_table("handover")
    op.drop_table("closing")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_due_at"))
        batch_op.drop_index(batch_op.f("ix_outbox_campaign"))

    op.drop_table("outbox")
    with op.batch_alter_table("parent", schema=None) as batch_op:
        batch_op.drop_index(
            "parent_asked", sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'")
        )
        batch_op.drop_index(batch_op.f("ix_parent_entry"))

    op.drop_table("parent")
    with op.batch_alter_table("opt_in", schema=None) as batch_op:
        batch_op.drop_index("opt_in_ends")
        batch_op.drop_index("opt_in_person")

    op.drop_table("opt_in")
    op.drop_table("authorisation")
    op.drop_table("minutes")
    op.drop_table("media")
    op.drop_table("journal")
    op.drop_table("installation")
    op.drop_table("excluded")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_owner"))
        batch_op.drop_index("entry_place")
        batch_op.drop_index(
            "entry_pending", sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'")
        )
        batch_op.drop_index("entry_marks", sqlite_where=sa.text("marks <> ''"), postgresql_where=sa.text("marks <> ''"))
        batch_op.drop_index(
            "entry_household",
            sqlite_where=sa.text("household IS NOT NULL"),
            postgresql_where=sa.text("household IS NOT NULL"),
        )

    op.drop_table("entry")
    with op.batch_alter_table("entrant", schema=None) as batch_op:
        batch_op.drop_index("entrant_person")

    op.drop_table("entrant")
    op.drop_table("draw")
    op.drop_table("declined")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_campaign"))

    op.drop_table("decision")
    op.drop_table("erased")
    op.drop_table("clock")
    op.drop_table("cosigned")
    op.drop_table("code")
    op.drop_table("ceremony")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_stage"))
        batch_op.drop_index(batch_op.f("ix_campaign_series"))

    op.drop_table("campaign")
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_award_until"))
        batch_op.drop_index(batch_op.f("ix_award_token"))

    op.drop_table("award")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_subject"))

    op.drop_table("attempt")
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_campaign"))

    op.drop_table("action")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION action_is_append_only()")
    op.drop_table("acknowledged")
    op.drop_table("amendment")
