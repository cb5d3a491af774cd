"""The countries where people may enter, by dated rows, and the paperwork that some of them ask for."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from contests.campaign.dated import FRESH_MONTHS, Country, Dated, consent_ages, countries, platforms
from contests.campaign.definition import Campaign
from contests.campaign.lint.people import asks_consent, open_to
from contests.campaign.lint.remark import Level, Remark, block, warn
from contests.errors import Text
from contests.rules.confirmed_email import ConfirmedEmail
from contests.rules.residence import Residence, country_name


def places(campaign: Campaign, now: datetime) -> Iterator[Remark]:
    """Remark on each country named, and on data that were not looked at for long."""
    if campaign.rule(Residence) is None:
        yield block(
            "residence-missing",
            "rules",
            Text(
                fr="Dites dans quels pays on peut participer (règle « residence »).",
                en="Say in which countries people may enter (rule “residence”).",
            ),
            "EU2",
        )
    for row in _rows(campaign):
        if row.status != "allow":
            level: Level = "block" if row.status == "block" else "warn"
            yield Remark(level, f"country-{row.status}", "rules", _named(row, Text(fr=row.fr, en=row.en)), _source(row))
        yield from _conditions(campaign, row)
        yield from _filing(campaign, row)
    for path, name, dated in _relied_on(campaign):
        if dated.is_old(now):
            yield warn(
                "data-old",
                path,
                Text(
                    fr=f"Ce que le linter sait de « {name.fr} » date du {dated.date:%d/%m/%Y}, il y a plus de "
                    f"{FRESH_MONTHS} mois : faites relire la règle du moment.",
                    en=f"What the linter knows of “{name.en}” dates from {dated.date}, more than {FRESH_MONTHS} months ago: "
                    "have the rule of the day checked.",
                ),
                f"EU1 · {dated.source}",
            )


def _rows(campaign: Campaign) -> list[Country]:
    return [row for code in dict.fromkeys(open_to(campaign)) if (row := countries().row(code))]


def _relied_on(campaign: Campaign) -> Iterator[tuple[str, Text, Dated]]:
    """Yield path, name and row of what was looked up for this campaign."""
    for row in _rows(campaign):
        yield "rules", Text(fr=country_name(row.code, "fr"), en=country_name(row.code, "en")), row
    if campaign.law.processors:
        yield "terms.processors", Text(fr="EEE", en="EEA"), countries().eea
    for code in dict.fromkeys(open_to(campaign)) if asks_consent(campaign) else ():
        fr, en = country_name(code, "fr"), country_name(code, "en")
        age = Text(fr=f"l’âge de consentir seul, {fr}", en=f"the age of consenting alone, {en}")
        yield "fields", age, consent_ages().row(code)
    for name in dict.fromkeys(channel.platform for channel in campaign.channels):
        if isinstance(name, str):
            found = platforms().row(name)
            yield "channels", Text(fr=found.name, en=found.name), found


def _named(row: Country, text: Text) -> Text:
    return Text(fr=f"{country_name(row.code, 'fr')} : {text.fr}", en=f"{country_name(row.code, 'en')}: {text.en}")


def _source(row: Country) -> str:
    return f"{row.source} ({row.date})"


def _conditions(campaign: Campaign, row: Country) -> Iterator[Remark]:
    """What a country asks beyond its status: free entry, French, a confirmed consent, a fast delivery."""
    if row.free_only and campaign.law.cost:
        yield block(
            "cost-forbidden-here",
            "terms.cost",
            _named(
                row,
                Text(
                    fr="la participation doit être gratuite. Retirez ce pays ou le coût.",
                    en="entering must be free. Remove this country or the cost.",
                ),
            ),
            f"US1, UK7, CA1 · {_source(row)}",
        )
    if row.french and "fr" not in campaign.languages:
        yield block(
            "french-expected",
            "languages",
            _named(
                row,
                Text(
                    fr="une partie du public lit en français (Québec). Ajoutez le français.",
                    en="part of the public reads French (Quebec). Add French.",
                ),
            ),
            f"CA3 · {_source(row)}",
        )
    if row.confirmed_consent and asks_consent(campaign) and campaign.rule(ConfirmedEmail) is None:
        yield block(
            "consent-unproved",
            "rules",
            _named(
                row,
                Text(
                    fr="un accord commercial demande un e-mail confirmé. Ajoutez la règle « confirmed-email ».",
                    en="a marketing consent needs a confirmed e-mail. Add the rule “confirmed-email”.",
                ),
            ),
            f"DE3 · {_source(row)}",
        )
    days = campaign.law.delivery_days
    if row.delivery_days is not None and (days is None or days > row.delivery_days):
        yield warn(
            "delivery-slow",
            "terms.delivery_days",
            _named(
                row,
                Text(
                    fr=f"un lot est attendu sous {row.delivery_days} jours. Annoncez un délai qui le permet.",
                    en=f"a prize is expected within {row.delivery_days} days. Announce a time that keeps to it.",
                ),
            ),
            f"UK6 · {_source(row)}",
        )


def _filing(campaign: Campaign, row: Country) -> Iterator[Remark]:
    """A filing that is due beyond a total of prizes, and so many days before the opening."""
    if row.filing_above is None:
        return
    same = [prize for prize in campaign.prizes if prize.currency == row.filing_currency]
    total = sum((Decimal(prize.unit_value) * prize.quantity for prize in same), Decimal(0))
    filings = [filing for filing in campaign.law.filings if filing.country == row.code]
    if total > Decimal(row.filing_above) and not filings:
        yield block(
            "filing-missing",
            "terms.filings",
            _named(
                row,
                Text(
                    fr=f"les lots valent {total} {row.filing_currency}, un dépôt est dû au-delà de {row.filing_above}. "
                    "Indiquez le dépôt (terms.filings), ou retirez ce pays.",
                    en=f"the prizes are worth {total} {row.filing_currency}, a filing is due beyond {row.filing_above}. "
                    "Give the filing (terms.filings), or remove this country.",
                ),
            ),
            f"US3, US4 · {_source(row)}",
        )
    for i, filing in enumerate(campaign.law.filings):
        early = (campaign.opens_at.date() - filing.date).days
        if filing.country == row.code and early < row.filing_days:
            yield block(
                "filing-late",
                f"terms.filings[{i}].date",
                _named(
                    row,
                    Text(
                        fr=f"ce dépôt précède l’ouverture de {early} jours ; il en faut {row.filing_days}. Reculez l’ouverture.",
                        en=f"this filing is {early} days before the opening; {row.filing_days} are needed. Open later.",
                    ),
                ),
                f"US3, US4 · {_source(row)}",
            )
