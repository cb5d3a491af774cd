"""Try a made-up case on the rules: what each says, and the tickets that result. Pure; it looks at no store."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.form import PAGE_CHANNEL, FormError, error_of, read_form
from contests.entry import Email
from contests.errors import Text
from contests.rules import decide
from contests.rules.bonus import second_channel
from contests.rules.case import Case, Known, Tally
from contests.rules.confirmed_email import ConfirmedEmail
from contests.rules.decision import Verdict

Fate = Literal["accepted", "pending", "declined"]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A made-up case: the form's raw values (with `via`), and what only the store would know.

    `earlier` entries came in by `earlier_channel`, `today` of them today; `household` counts those from the same address.
    """

    values: Mapping[str, str]
    at: datetime
    earlier: int = 0
    today: int = 0
    household: int = 0
    earlier_channel: str = PAGE_CHANNEL
    confirmed: bool = False
    checked: bool = True
    on_list: bool = False
    code: Literal["free", "used", "unknown"] = "free"
    parent: Literal["unasked", "agreed", "refused"] = "unasked"
    version: int = 1
    right_answers: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True):
    """One rule: what it says, its verdict, and the reason in words (empty for yes)."""

    rule: str
    sentence: Text
    verdict: Verdict
    reason: Text


class Judged(msgspec.Struct, frozen=True):
    """What comes of a case. `errors` are the form's own; `hidden` says that earlier entries were not looked at yet."""

    fate: Fate
    tickets: int
    bonus: str
    lines: tuple[Line, ...]
    errors: tuple[FormError, ...]
    hidden: bool


def judge(campaign: Campaign, trial: Trial) -> Judged:
    """Return what the engine would say of the case, step by step as at the door (contests.flows.enter)."""
    form = read_form(campaign, trial.values, "fr")
    answers = form.answers
    # Before the address is confirmed nobody learns whether it has entered already, or is on a list.
    hidden = not trial.confirmed and (not trial.checked or campaign.rule(ConfirmedEmail) is not None)
    case = Case(
        values=answers.values if answers else form.values,
        email=form.email or Email("", "", ""),
        channel=answers.channel if answers else PAGE_CHANNEL,
        at=trial.at,
        opens_at=campaign.opens_at,
        closes_at=campaign.closes_at,
        zone=ZoneInfo(campaign.timezone),
        rules_version=trial.version,
        tally=Tally() if hidden else _tally(trial),
        known=Known(
            email_confirmed=trial.confirmed,
            on_list=trial.on_list and not hidden,
            code=trial.code,
            sealed_answers=trial.right_answers,
            parent=trial.parent,
        ),
    )
    outcome = decide(campaign.rules, case)
    lines = tuple(
        Line(
            rule.tag(), rule.sentence(), decision.verdict, error_of(decision).text if decision.reason else Text("", "")
        )
        for rule, decision in zip(campaign.rules, outcome.decisions, strict=True)
    )
    fate, tickets, bonus = _fate(trial, refused=answers is None, verdict=outcome.verdict)
    if fate == "declined" and answers and all(d.reason == "parent-awaited" for d in outcome.objections):
        fate = "pending"
    if answers and (extra := second_channel(campaign.bonuses, outcome, case)):
        fate, tickets, bonus = "accepted", extra.earned(case.tally), extra.tag()
    return Judged(fate, tickets, bonus, lines, form.errors, hidden)


def _tally(trial: Trial) -> Tally:
    return Tally(
        entries=trial.earlier,
        today=min(trial.today, trial.earlier),
        household=trial.household,
        tickets=trial.earlier,
        channels=frozenset({trial.earlier_channel} if trial.earlier else ()),
    )


def _fate(trial: Trial, *, refused: bool, verdict: Verdict) -> tuple[Fate, int, str]:
    if refused or verdict is Verdict.NO:
        return "declined", 0, ""
    if not trial.confirmed and (verdict is Verdict.UNKNOWN or not trial.checked):
        return "pending", 0, ""
    return ("accepted", 1, "") if verdict is Verdict.YES else ("declined", 0, "")
