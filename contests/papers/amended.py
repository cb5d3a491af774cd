"""The amendments of a contest: numbered, dated, reasoned, with what each of them changed (legal C2)."""

from collections.abc import Iterable, Iterator

from contests.campaign.amendment import Amended
from contests.campaign.changes import differences
from contests.campaign.definition import Campaign
from contests.campaign.parse import of_record
from contests.codec import parse_instant
from contests.errors import Language, Text
from contests.papers.difference import Said, say
from contests.papers.tree import Block, Bullets, Paragraph, Subheading
from contests.papers.voice import Voice
from contests.records import CampaignAmended, Record, parse_record

_HEADING = Text(fr="Avenant n° {n}, version {version}, le {at}", en="Amendment no. {n}, version {version}, on {at}")
_REASON = Text(fr="Motif : {reason}", en="Reason: {reason}")


def history(records: Iterable[bytes]) -> tuple[Amended, ...]:
    """Return the amendments, from the records that hold a definition, in their order."""
    found: list[Amended] = []
    before: Campaign | None = None
    for data in records:
        record: Record = parse_record(data)
        definition = getattr(record, "definition", None)
        if definition is None:
            continue
        after = of_record(definition)
        if isinstance(record, CampaignAmended) and before is not None:
            at = parse_instant(record.at)
            found.append(Amended(number=record.number - 1, at=at, reason=record.reason, before=before, after=after))
        before = after
    return tuple(found)


def changed(amended: Amended, language: Language) -> tuple[Said, ...]:
    """Return what an amendment changed, in words, in the order of the definition."""
    found = differences(amended.before, amended.after)
    return tuple(say(one, amended.before, amended.after, language) for one in found)


def amendment_list(voice: Voice) -> Iterator[Block]:
    """Yield the list of amendments for the rules text; nothing where there is none."""
    for amended in voice.amendments:
        heading = voice.say(_HEADING, n=amended.number, version=amended.number + 1, at=voice.when(amended.at))
        yield Subheading(heading)
        yield Paragraph(voice.say(_REASON, reason=voice.spaced(amended.why(voice.language))))
        yield Bullets(tuple(said.line(voice) for said in changed(amended, voice.language)))
