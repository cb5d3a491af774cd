"""Draft and publish: a definition becomes rules texts, a key, a journal and its first record."""

from datetime import datetime
from hashlib import sha256

import msgspec

from contests.campaign.amendment import Amended
from contests.campaign.definition import Campaign
from contests.campaign.lint import blocks, lint, warnings
from contests.campaign.lint.remark import Remark
from contests.campaign.parse import Form, parse
from contests.codec import canonical, digest, instant, parse_json
from contests.draw.beacon import QUICKNET
from contests.errors import Language, Refused, Text
from contests.flows.house import House, need_second_person, wrong_stage
from contests.flows.pictures import kind_of, redrawn
from contests.flows.register import register
from contests.papers.html import render
from contests.papers.rules_text import compile_rules
from contests.records import CampaignPublished, encode
from contests.rules.closed_question import ClosedQuestion
from contests.store import campaigns, journals, stamps
from contests.store.session import Tx
from contests.store.tables import FIRST, CampaignRow, PaperRow


def draft(
    house: House, text: str, form: Form, now: datetime, organiser: str = FIRST, *, anew: bool = False
) -> str:  # fmt: skip
    """Keep a definition as an organiser's draft and return the campaign's id; `anew` replaces no draft that is there.

    Raises Refused when it cannot be read, or its address is taken.
    """
    campaign = parse(text.encode(), form)
    with house.store.write() as tx:
        if campaigns.has_slug(tx, campaign.slug):
            existing = campaigns.by_slug(tx, campaign.slug)
            if anew or existing.stage != "draft" or existing.organiser != organiser:
                raise slug_taken(campaign.slug)
            campaigns.move(tx, existing.id, draft=text, draft_form=form, **campaigns.seat(campaign))
            return existing.id
        identity = house.chance(16).hex()
        campaigns.add(
            tx,
            CampaignRow(
                id=identity, organiser=organiser, slug=campaign.slug, stage="draft", draft=text, draft_form=form,
                created_at=now, **campaigns.seat(campaign),
            ),
        )  # fmt: skip
        return identity


def definition_of(row: CampaignRow) -> Campaign:
    """Return the definition in force; a draft's is what its text says."""
    if row.stage == "draft":
        return parse(row.draft.encode(), form_of_draft(row.draft_form))
    return campaigns.read_definition(row.definition)


def review(row: CampaignRow, now: datetime) -> tuple[Campaign, tuple[Remark, ...]]:
    """Return a draft's definition and what the linter says of it."""
    campaign = definition_of(row)
    return campaign, lint(campaign, now)


def form_of_draft(name: str) -> Form:
    """Return the format by its name; TOML for any other."""
    return "json" if name == "json" else "yaml" if name == "yaml" else "toml"


def publish(house: House, campaign: str, now: datetime) -> Campaign:
    """Publish a draft. Raises Refused when the linter blocks or warns of something that nobody acknowledged.

    Raises StageRefused when it is no draft.
    """
    need_second_person(house, "publish")
    with house.store.write() as tx:
        row = campaigns.row(tx, campaign)
        if row.stage != "draft":
            raise wrong_stage(row.stage, "draft")
        definition, remarks = review(row, now)
        if blocks(remarks):
            raise blocked(remarks)
        if waiting := unacknowledged(tx, campaign, remarks):
            raise unacknowledged_refusal(waiting)
        _place_free(tx, definition, row.organiser)
        definition = _seal(tx, house, campaign, definition)
        papers = papers_of(definition, 1)
        head = journals.create(tx, campaign, house.origin(campaign), house.chance(32))
        record = CampaignPublished(
            at=instant(now),
            campaign=campaign,
            definition=parse_json(definition.bytes()),
            papers={language: digest(data) for language, data in papers.items()},
            source=source_parameters(definition),
        )
        appended = journals.append(tx, head, [("campaign.published", encode(record))], now)
        campaigns.add_papers(tx, paper_rows(campaign, 1, papers))
        campaigns.move(
            tx,
            campaign,
            stage="open",
            definition=definition.bytes(),
            digest=definition.digest(),
            version=1,
            published_at=now,
            opens_at=definition.opens_at,
            closes_at=definition.closes_at,
            freezes_at=definition.freezes_at,
            draws_at=definition.draws_at,
        )
        register(tx, house, campaign, appended.checkpoint, now)
        stamps.want(tx, campaign, [f"rules-1-{language}" for language in papers], now)
        return definition


def _place_free(tx: Tx, definition: Campaign, organiser: str) -> None:
    """Refuse a second published campaign in one place of a series, and a place in somebody else's series."""
    told = definition.one_of
    others = [row for row in campaigns.in_series(tx, told.key) if row.stage != "draft"] if told else []
    if told and any(row.organiser != organiser for row in others):
        raise Refused(
            "series-taken",
            Text(fr=f"Un nom encore libre était attendu pour la série ; « {told.key} » est pris.",
                 en=f"A name still free was expected for the series; “{told.key}” is taken."),
            Text(fr="Changez le nom (series.key).", en="Change the name (series.key)."),
            found=told.key,
            where="series.key",
        )  # fmt: skip
    taken = next((row for row in others if told and row.series_place == told.place), None)
    if told and taken:
        raise Refused(
            "series-place-taken",
            Text(fr=f"Un numéro encore libre de la série « {told.key} » était attendu.",
                 en=f"A number still free in the series “{told.key}” was expected."),
            Text(fr="Changez le numéro (series.place).", en="Change the number (series.place)."),
            found=f"{told.place}, {taken.slug}",
            where="series.place",
        )  # fmt: skip


def unacknowledged(tx: Tx, campaign: str, remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    """Return the warnings that nobody acknowledged exactly as they stand now."""
    known = campaigns.acknowledged(tx, campaign)
    return tuple(remark for remark in warnings(remarks) if remark.digest not in known)


def papers_of(definition: Campaign, version: int, amendments: tuple[Amended, ...] = ()) -> dict[Language, bytes]:
    """Return the rules text in each language of the campaign, as HTML files."""
    return {
        language: render(compile_rules(definition, language, version, amendments)) for language in definition.languages
    }


def paper_rows(campaign: str, version: int, papers: dict[Language, bytes]) -> list[PaperRow]:
    """Return the rows of one version of the rules texts."""
    return [
        PaperRow(campaign=campaign, version=version, language=language, digest=digest(data), data=data)
        for language, data in papers.items()
    ]


def source_parameters(definition: Campaign) -> dict[str, str | int]:
    """Return the parameters of the source of chance, as they are published."""
    if definition.draw.source != "drand":
        return {"source": definition.draw.source}
    return {
        "source": "drand",
        "name": QUICKNET.name,
        "chain": QUICKNET.hash,
        "public_key": QUICKNET.public_key,
        "period": QUICKNET.period,
        "genesis": QUICKNET.genesis,
        "genesis_seed": QUICKNET.genesis_seed,
    }


def _seal(tx: Tx, house: House, campaign: str, definition: Campaign) -> Campaign:
    """Replace right answers by a commitment to them."""
    question = definition.rule(ClosedQuestion)
    if not isinstance(question, ClosedQuestion) or not question.answers:
        return definition
    key = house.chance(32)
    closed = question.close(key)
    campaigns.seal(tx, campaign, closed.sealed, key, canonical(list(question.answers)))
    rules = tuple(closed if rule is question else rule for rule in definition.rules)
    return msgspec.structs.replace(definition, rules=rules)


def discard(house: House, campaign: str) -> None:
    """Delete a draft."""
    with house.store.write() as tx:
        if campaigns.row(tx, campaign).stage != "draft":
            raise wrong_stage("published", "draft")
        campaigns.remove_draft(tx, campaign)


def missing_pictures(definition: Campaign, there: set[str]) -> list[str]:
    """Return the pictures that a definition names and that are not among those uploaded, in order."""
    named = {name for name in (*(prize.image for prize in definition.prizes), definition.brand.logo) if name}
    return sorted(named - there)


LARGEST_PICTURE = 2 * 1024 * 1024
LONGEST_PICTURE_NAME = 80


def add_picture(house: House, campaign: str, name: str, data: bytes) -> None:
    """Keep a picture for a draft, drawn anew. Raises Refused as `drawn_anew`, StageRefused once it is published."""
    media, made = drawn_anew(name, data)
    with house.store.write() as tx:
        stage = campaigns.row(tx, campaign).stage
        if stage != "draft":
            raise wrong_stage(stage, "draft")
        campaigns.put_media(tx, campaign, name, media, made)


def drawn_anew(name: str, data: bytes) -> tuple[str, bytes]:
    """Return a picture's media type and the bytes that are kept. Raises Refused unless it is a PNG, JPEG or WebP of at most 2 MiB."""
    kind = kind_of(data)
    made = b""
    if kind and len(data) <= LARGEST_PICTURE and name.endswith(f".{kind.suffix}") and len(name) <= LONGEST_PICTURE_NAME:
        made = redrawn(data, kind)
    if kind is None or not made:
        raise Refused(
            "picture-refused",
            Text(fr="Une image PNG, JPEG (.jpg) ou WebP d’au plus 2 Mio et 16 millions de pixels était attendue, au nom qui "
                    "correspond.",
                 en="A PNG, JPEG (.jpg) or WebP picture of at most 2 MiB and 16 million pixels was expected, under a "
                    "matching name."),
            Text(fr="Convertissez ou réduisez l’image.", en="Convert the picture or make it smaller."),
            found=f"{name[:80]}, {len(data)} bytes, {sha256(data).hexdigest()[:12]}",
        )  # fmt: skip
    return kind.media, made


def slug_taken(slug: str) -> Refused:
    """Return the refusal of an address that another campaign has."""
    return Refused(
        "slug-taken",
        Text(fr="Une adresse encore libre était attendue.", en="An address that is still free was expected."),
        Text(fr="Choisissez une autre adresse (slug).", en="Choose another address (slug)."),
        found=slug,
        where="slug",
    )


def blocked(remarks: tuple[Remark, ...]) -> Refused:
    """Return the refusal of what the linter blocks."""
    stops = [remark for remark in remarks if remark.level == "block"]
    return Refused(
        "publication-blocked",
        Text(
            fr=" ".join(f"{r.path} : {r.text.fr}" for r in stops), en=" ".join(f"{r.path}: {r.text.en}" for r in stops)
        ),
        Text(fr="Corrigez la définition.", en="Mend the definition."),
    )


def unacknowledged_refusal(remarks: tuple[Remark, ...]) -> Refused:
    """Return the refusal of warnings that nobody acknowledged."""
    return Refused(
        "warnings-unacknowledged",
        Text(
            fr="Un accord avec une raison était attendu pour chaque avertissement. "
            + " ".join(f"{r.path} : {r.text.fr}" for r in remarks),
            en="An acknowledgement with a reason was expected for each warning. "
            + " ".join(f"{r.path}: {r.text.en}" for r in remarks),
        ),
        Text(
            fr="Donnez une raison sous chaque avertissement, ou corrigez la définition.",
            en="Give a reason under each warning, or mend the definition.",
        ),
    )
