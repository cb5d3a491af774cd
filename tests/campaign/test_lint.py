"""The linter, one change of a clean definition at a time; every code it can give is reached here."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from campaign.samples import VALID, Bend, Raw, bent, drop, put, write

from contests.campaign import dated
from contests.campaign import lint as linter
from contests.campaign.contrast import contrast
from contests.campaign.lint import blocks, lint
from contests.campaign.lint.remark import Level
from contests.campaign.parse import parse
from contests.errors import LANGUAGES

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
CONSENT = {"id": "news", "kind": "consent", "required": False, "purpose": "marketing", "retention_days": 9,
           "label": {"fr": "La lettre", "en": "The letter"}}  # fmt: skip


def more(path: str, *extra: Any, of: Raw = VALID) -> Bend:
    """Append to a list."""
    return put(path, [*of[path], *extra])


def field(**changes: Any) -> Bend:
    return more("fields", CONSENT | changes)


def prize(number: int, **changes: Any) -> Raw:
    return {**VALID["prizes"][number], **changes}


def value(name: str) -> Raw:
    return {"name": name, "label": {"fr": "Dé", "en": "Die"}}


def both(*bends: Bend) -> Bend:
    """Bend several times."""

    def bend(raw: Raw) -> None:
        for each in bends:
            each(raw)

    return bend


def place(platform: str, *invites: str, **more: Any) -> Bend:
    """Announce the contest on a platform."""
    channel = {"id": "net", "title": {"fr": "Réseau", "en": "Network"}, "platform": platform, **more}
    return put("channels", [channel | ({"invites": list(invites)} if invites else {})])


def commented(platform: str = "instagram", **changes: Any) -> Bend:
    """Let comments on a platform be entries."""
    return both(place(platform), put("comments", {"channels": ["net"]} | changes))


def terms(**changes: Any) -> Bend:
    return put("terms", changes)


def countries(*codes: str) -> Bend:
    return put("rules[1].countries", list(codes))


def cost(kind: str) -> dict[str, Any]:
    return {"kind": kind, "what": {"fr": "une boîte", "en": "a box"}}


def partners(count: int, consent: str = "news") -> list[Raw]:
    named = {"activity": {"fr": "des thés", "en": "teas"}, "consent": consent}
    return [{"name": f"Firm {n}", **named} for n in range(count)]


def filing(day: str) -> Raw:
    return {"country": "US", "authority": "Florida", "date": day, "number": "1"}


def post(text: str) -> Raw:
    return {"fr": text, "en": text}


DOLLARS = both(countries("US"), put("prizes[0].currency", "USD"), put("prizes[0].unit_value", "5000.01"))
MAILER = {"name": "Mailer", "task": {"fr": "l’envoi", "en": "sending"}, "country": "US"}
PLEDGE = {"fr": "clauses types", "en": "standard clauses"}
BORN = {"kind": "minimum-age", "years": 13, "by": "birth-date"}
PARENT = {"kind": "parent-agrees"}
OFFICE = {"officer": "Me A", "address": "Lyon", "number": "7"}

AGE = {"id": "age", "title": {"fr": "Preuve d’âge", "en": "Proof of age"}}


def own_clause(said: str) -> Raw:
    """Return a clause of the organiser's own that says so in French."""
    return {"id": "own", "title": {"fr": "Retrait", "en": "Pick-up"}, "text": {"fr": said, "en": "In the shop."}}


CASES: dict[str, tuple[Bend, Level, str, str]] = {
    "language_named_twice": (put("languages", ["fr", "fr"]), "block", "language-twice", "languages"),
    "title_without_english": (put("title", {"fr": "Un jeu"}), "block", "text-missing", "title.en"),
    "prize_without_french": (put("prizes[1].title", {"en": "A mug"}), "block", "text-missing", "prizes[1].title.fr"),
    "hint_without_english": (put("fields[3].hint", {"fr": "Du cadre"}), "block", "text-missing", "fields[3].hint.en"),
    "reason_without_english": (put("forfeits[0].reason", {"fr": "Non"}), "block", "text-missing", "forfeits[0].reason.en"),
    "question_without_english": (put("rules[4].question", {"fr": "Quoi ?"}), "block", "text-missing", "rules[6].question.en"),
    "france_without_french": (put("languages", ["en"]), "block", "french-missing", "languages"),
    "closes_before_it_opens": (put("closes_at", "2026-11-30T00:00:00"), "block", "closes-before-opening", "closes_at"),
    "opens_and_closes_at_once": (put("closes_at", "2026-12-01T09:00:00"), "block", "closes-before-opening", "closes_at"),
    "frozen_while_open": (put("freezes_at", "2026-12-20T23:58:00"), "block", "freezes-before-closing", "freezes_at"),
    "closed_last_year": (put("closes_at", "2025-12-20T00:00:00"), "block", "closed-already", "closes_at"),
    "drawn_as_soon_as_frozen": (put("draws_at", "2026-12-21T10:00:00"), "block", "draws-too-early", "draws_at"),
    "drawn_a_second_before_the_notice": (put("draws_at", "2026-12-21T10:29:59"), "block", "draws-too-early", "draws_at"),
    "drawn_next_summer": (put("draws_at", "2027-07-01T00:00:00"), "warn", "draws-late", "draws_at"),
    "opened_last_month": (put("opens_at", "2026-10-20T00:00:00"), "warn", "opens-in-the-past", "opens_at"),
    "no_address_asked": (drop("fields[0]"), "block", "email-needed", "fields"),
    "two_addresses_asked": (more("fields", VALID["fields"][0] | {"id": "other"}), "block", "email-needed", "fields"),
    "address_under_another_name": (put("fields[0].id", "courriel"), "block", "email-needed", "fields"),
    "address_if_you_like": (put("fields[0].required", value=False), "block", "email-needed", "fields"),
    "rule_named_twice": (more("rules", {"kind": "minimum-age", "years": 16}), "block", "rule-twice", "rules"),
    "field_named_twice": (put("fields[2].id", "first_name"), "block", "field-twice", "fields[2]"),
    "field_that_a_rule_asks": (put("fields[3].id", "country"), "block", "field-reserved", "fields[3]"),
    "field_that_the_engine_reads": (put("fields[3].id", "via"), "block", "field-reserved", "fields[3]"),
    "field_that_is_the_trap_for_robots": (put("fields[3].id", "website"), "block", "field-reserved", "fields[3]"),
    "consent_that_is_required": (field(required=True), "block", "consent-required", "fields[4].required"),
    "consent_for_delivery": (field(purpose="delivery"), "block", "consent-purpose", "fields[4].purpose"),
    "marketing_without_a_box": (put("fields[3].purpose", "marketing"), "block", "consent-purpose", "fields[3].purpose"),
    "choice_of_one": (put("fields[3].options", ["S"]), "block", "options-missing", "fields[3].options"),
    "choice_without_a_label": (drop("fields[3].label"), "block", "label-missing", "fields[3].label"),
    "text_without_a_label": (put("fields[3]", {"id": "pet", "kind": "text", "purpose": "entry", "retention_days": 1}),
                             "block", "label-missing", "fields[3].label"),
    "telephone_of_everybody": (field(kind="phone", purpose="contact"), "warn", "minimisation", "fields[4]"),
    "street_of_everybody": (field(kind="street", purpose="delivery"), "warn", "minimisation", "fields[4]"),
    "residence_left_out": (drop("rules[1]"), "block", "residence-missing", "rules"),
    "open_to_belgium": (put("rules[1].countries", ["BE"]), "block", "country-block", "rules"),
    "open_to_the_united_states": (put("rules[1].countries", ["US"]), "warn", "country-warn", "rules"),
    "no_age_asked": (drop("rules[0]"), "warn", "minors", "rules"),
    "open_at_sixteen": (put("rules[0].years", 16), "warn", "minors", "rules"),
    "address_not_confirmed": (drop("rules[2]"), "warn", "email-unconfirmed", "rules"),
    "question_without_a_right_answer": (drop("rules[4].answers"), "block", "answer-unknown", "rules"),
    "second_channel_with_one_channel": (put("bonuses", [{"kind": "second-channel"}]), "block", "channels-missing", "bonuses[0]"),
    "channel_named_like_the_page": (put("channels", [{"id": "page", "title": {"fr": "P", "en": "P"}}]), "block", "channel-name", "channels[0].id"),
    "channel_named_like_a_bonus": (put("channels", [{"id": "bonus-referral", "title": {"fr": "P", "en": "P"}}]), "block", "channel-name", "channels[0].id"),
    "prize_named_twice": (put("prizes[1].id", "bike"), "block", "prize-twice", "prizes"),
    "prize_named_as_a_unit_of_another": (more("prizes", prize(1, id="mug-2", quantity=1)), "block", "prize-twice", "prizes"),
    "prizes_in_two_currencies": (put("prizes[0].currency", "CHF"), "warn", "currencies", "prizes"),
    "no_alternates": (put("alternates", 0), "warn", "no-alternates", "alternates"),
    "forfeit_named_twice": (put("forfeits[1].code", "no-answer"), "block", "forfeit-twice", "forfeits"),
    "two_delays": (put("forfeits[1].days", 3), "block", "delay-twice", "forfeits"),
    "no_delay": (drop("forfeits[0].days"), "block", "delay-missing", "forfeits"),
    "no_forfeits": (put("forfeits", []), "block", "delay-missing", "forfeits"),
    "document_named_twice": (put("awards", {"documents": [AGE, AGE]}), "block", "document-twice", "awards.documents"),
    "document_of_no_prize": (put("awards", {"documents": [AGE | {"prizes": ["car"]}]}), "block", "document-prize",
                             "awards.documents[0].prizes[0]"),
    "reminder_before_the_offer": (put("awards", {"remind_days": 7}), "warn", "reminder-early", "awards.remind_days"),
    "ceremony_of_nothing": (put("draw.values", []), "block", "values-missing", "draw.values"),
    "die_named_twice": (put("draw.values", [value("d"), value("d")]), "block", "value-twice", "draw.values"),
    "policy_of_nobody": (put("draw.witnesses", "quorum who"), "block", "policy-malformed", "draw.witnesses"),
    "rehearsal": (put("draw.source", "rehearsal"), "warn", "rehearsal", "draw.source"),
    "tickets_beyond_the_limit": (put("bonuses", [{"kind": "referral", "cap": 900}, {"kind": "second-channel", "cap": 900}]),
                                 "block", "too-many-tickets", "bonuses"),
    "initials_of_people_who_gave_no_name": (drop("fields[1]"), "block", "name-field-missing", "publication"),
    "town_that_is_not_asked": (put("publication", "first-name-initial-town"), "block", "name-field-missing", "publication"),
    "name_that_need_not_be_given": (put("fields[2].required", value=False), "block", "name-field-missing", "publication"),
    "a_template_left_open": (put("title.fr", "[à compléter]"), "block", "unanswered", "title.fr"),
    "an_address_that_is_nobodys": (put("organiser.contact", "x@example.invalid"), "block", "unanswered", "organiser.contact"),
    "a_prize_worth_nothing": (put("prizes[0].unit_value", "0.00"), "block", "prize-value", "prizes[0].unit_value"),
    "title_that_announces_a_gain": (put("title", {"fr": "Vous avez gagné !", "en": "A"}), "block", "gain-announced", "title.fr"),
    "post_that_announces_a_gain": (place("bluesky", post=post("You’ve won a bike")), "block", "gain-announced", "channels[0].post.en"),
    "prize_for_everybody": (put("prizes[1].title", {"fr": "Une tasse", "en": "Everyone wins"}), "block", "gain-announced", "prizes[1].title.en"),
    "consent_kept_four_years": (field(retention_days=1461), "warn", "prospects-long", "fields[4].retention_days"),
    "box_for_children": (both(put("rules[0].years", 14), field()), "block", "minors-marketing", "fields"),
    "box_at_fifteen_in_luxembourg": (both(put("rules[0].years", 15), field()), "block", "minors-marketing", "fields"),
    "box_at_fifteen_in_switzerland": (both(countries("CH"), put("rules[0].years", 15), field()), "block", "minors-marketing", "fields"),
    "box_for_children_whose_age_is_known": (both(put("rules[0]", BORN), field()), "record", "minors-marketing-left-out", "fields"),
    "parent_without_a_least_age": (put("rules[0]", PARENT), "block", "parent-without-age", "rules"),
    "parent_of_adults": (more("rules", PARENT), "block", "parent-for-nobody", "rules"),
    "parent_by_a_date_that_nobody_asks": (both(put("rules[0].years", 13), more("rules", PARENT | {"by": "birth-date"}, of=bent(put("rules[0].years", 13)))),
                                          "block", "parent-age-unknown", "rules"),
    "parent_until_sixteen": (put("rules", [*VALID["rules"][1:], BORN, PARENT | {"under": 16}]), "warn", "parent-too-early", "rules"),
    "parent_and_alcohol": (both(put("rules", [*VALID["rules"][1:], BORN, PARENT]), terms(themes=["alcohol"])), "block", "alcohol-minors", "rules"),
    "parent_of_a_child_in_the_united_states": (put("rules", [BORN | {"years": 12}, {"kind": "residence", "countries": ["US"]}, PARENT]),
                                               "block", "children", "rules"),
    "child_in_the_united_states": (both(countries("US"), put("rules[0].years", 12)), "block", "children", "rules"),
    "purchase_in_the_united_kingdom": (both(countries("GB"), terms(cost=cost("purchase"))), "block", "cost-forbidden-here", "terms.cost"),
    "purchase_in_the_united_states": (both(countries("US"), terms(cost=cost("purchase"))), "block", "cost-forbidden-here", "terms.cost"),
    "quebec_in_english": (both(put("languages", ["en"]), countries("CA")), "block", "french-expected", "languages"),
    "box_in_germany_without_confirmation": (both(countries("DE"), field(), drop("rules[2]")), "block", "consent-unproved", "rules"),
    "british_prize_some_day": (countries("GB"), "warn", "delivery-slow", "terms.delivery_days"),
    "british_prize_next_year": (both(countries("GB"), terms(delivery_days=31)), "warn", "delivery-slow", "terms.delivery_days"),
    "florida_without_a_filing": (DOLLARS, "block", "filing-missing", "terms.filings"),
    "florida_filed_too_late": (both(DOLLARS, terms(filings=[filing("2026-11-02")])), "block", "filing-late", "terms.filings[0].date"),
    "timeline_on_facebook": (place("facebook", "share-on-timeline"), "block", "platform-forbids", "channels[0].invites"),
    "friends_on_facebook": (place("facebook", "tag-friends"), "block", "platform-forbids", "channels[0].invites"),
    "oneself_on_instagram": (place("instagram", "tag-yourself"), "block", "platform-forbids", "channels[0].invites"),
    "most_posts_on_x": (place("x", "post-often"), "block", "platform-forbids", "channels[0].invites"),
    "likes_on_tumblr": (place("tumblr", "like"), "block", "platform-forbids", "channels[0].invites"),
    "any_action_on_tiktok_shop": (place("tiktok-shop", "comment"), "block", "platform-forbids", "channels[0].invites"),
    "likes_on_facebook": (place("facebook", "like"), "warn", "platform-doubts", "channels[0].invites"),
    "friends_on_instagram": (place("instagram", "tag-friends"), "warn", "platform-doubts", "channels[0].invites"),
    "story_on_instagram": (place("instagram", "share-to-story"), "warn", "platform-doubts", "channels[0].invites"),
    "subscription_on_youtube": (place("youtube", "subscribe"), "warn", "platform-doubts", "channels[0].invites"),
    "subscription_on_twitch": (place("twitch", "subscribe"), "warn", "platform-doubts", "channels[0].invites"),
    "follow_on_instagram": (place("instagram", "follow"), "record", "invitation-unseen", "channels[0].invites"),
    "tiktok": (place("tiktok"), "warn", "platform-caution", "channels[0].platform"),
    "tumblr_at_sixteen": (both(place("tumblr"), put("rules[0].years", 16)), "block", "platform-age", "channels[0].platform"),
    "cash_on_tiktok_shop": (both(place("tiktok-shop"), put("prizes", [prize(1, currency="USD", nature="cash")])), "block", "platform-prize", "prizes[0]"),
    "dear_prize_on_tiktok_shop": (both(place("tiktok-shop"), put("prizes", [prize(1, currency="USD", unit_value="500.00")])),
                                  "block", "platform-prize", "prizes[0]"),
    "post_of_281_letters_on_x": (place("x", post=post("@a " + "x" * 278)), "block", "post-too-long", "channels[0].post.fr"),
    "post_on_x_that_names_nobody": (place("x", post=post("Un vélo")), "warn", "post-mention", "channels[0].post.fr"),
    "partnership_that_the_post_hides": (both(place("instagram", post=post("Un vélo")), terms(paid_partnership=post("Vélos Bleus"))),
                                        "block", "advertising-hidden", "channels[0].post.fr"),
    "hashtag_of_the_brand_alone": (both(countries("US"), place("instagram", post=post("#BlueBikes"))),
                                   "warn", "hashtag-hides-contest", "channels[0].post.en"),
    "premium_call": (terms(cost=cost("premium-rate")), "block", "premium-rate", "terms.cost.kind"),
    "stamped_mail": (terms(cost=cost("postage")), "warn", "cost", "terms.cost"),
    "purchase": (terms(cost=cost("purchase")), "warn", "cost", "terms.cost"),
    "purchase_that_nothing_proves": (terms(cost=cost("purchase")), "block", "purchase-unproved", "rules"),
    "purchase_and_question": (terms(cost=cost("purchase")), "warn", "purchase-and-question", "terms.cost"),
    "purchase_said_to_be_free": (both(terms(cost=cost("purchase")), put("summary", post("Free to enter."))), "block", "says-free", "summary.en"),
    "alcohol": (terms(themes=["alcohol"]), "warn", "alcohol", "terms.themes"),
    "alcohol_at_sixteen": (both(terms(themes=["alcohol"]), put("rules[0].years", 16)), "block", "alcohol-minors", "rules"),
    "twelve_bottles_of_beer": (terms(themes=["alcohol"], cost=cost("purchase")), "block", "alcohol-purchase", "terms.cost"),
    "bottle": (put("prizes[1].nature", "alcohol"), "warn", "alcohol-prize", "prizes[1].nature"),
    "bottle_without_a_theme": (put("prizes[1].nature", "alcohol"), "warn", "alcohol", "terms.themes"),
    "tobacconist": (terms(themes=["tobacco"]), "block", "tobacco", "terms.themes"),
    "vape": (put("prizes[1].nature", "tobacco"), "block", "tobacco", "prizes"),
    "nine_partners": (both(field(), terms(partners=partners(9))), "warn", "partners-many", "terms.partners"),
    "partner_without_a_box": (terms(partners=partners(1)), "block", "partner-consent", "terms.partners[0].consent"),
    "partner_behind_a_name": (terms(partners=partners(1, "first_name")), "block", "partner-consent", "terms.partners[0].consent"),
    "two_partners_behind_one_box": (both(field(), terms(partners=partners(2))), "block", "partner-consent", "terms.partners[1].consent"),
    "data_overseas": (terms(processors=[MAILER]), "warn", "transfer-unfounded", "terms.processors[0].transfer"),
    "deposit_after_the_opening": (terms(deposit=OFFICE | {"date": "2026-12-02"}), "warn", "deposit-late", "terms.deposit.date"),
    "staff_that_no_rule_keeps_out": (drop("rules[3]"), "record", "conflicts-unchecked", "rules"),
    "town_kept_two_years": (put("fields[3].retention_days", 730), "warn", "retention-long", "fields[3].retention_days"),
    "surnames_of_minors": (both(put("rules[0].years", 16), put("publication", "surname-county")), "warn", "minors-named", "publication"),
    "german_rules": (countries("DE"), "record", "country-language", "languages"),
    "spanish_rules": (countries("ES"), "record", "country-language", "languages"),
    "spanish_tax": (countries("ES"), "record", "country-told", "rules"),
    "fifth_of_three": (put("series", {"key": "noel", "title": {"fr": "Noël", "en": "Christmas"}, "place": 5, "of": 3}), "block", "series-place", "series.place"),
    "comments_of_no_channel": (commented(channels=["tube"]), "block", "comments-channel", "comments.channels[0]"),
    "a_follow_without_a_consequence": (both(commented(rules=[{"kind": "comment-follow", "accounts": ["a"]}]), put("forfeits", [{"code": "late", "days": 7, "reason": {"fr": "x", "en": "x"}}])), "block", "follow-unforfeited", "comments.rules[0]"),
    "a_follow_where_it_is_frowned_upon": (commented("youtube", rules=[{"kind": "comment-follow", "accounts": ["a"]}]), "warn", "follow-frowned", "comments.rules[0]"),
    "likes_that_nobody_shows": (both(commented("instagram"), put("bonuses", [{"kind": "like"}])), "block", "engaged-unlisted", "bonuses[0]"),
    "likes_of_no_comments": (put("bonuses", [{"kind": "repost"}]), "block", "engaged-unlisted", "bonuses[0]"),
    "likes_that_one_platform_shows": (both(commented("bluesky", channels=["net", "tube"]), put("channels", [{"id": name, "platform": site, "title": {"fr": "T", "en": "T"}} for name, site in (("net", "bluesky"), ("tube", "youtube"))]), put("bonuses", [{"kind": "follow"}])), "record", "engaged-partly", "bonuses[0]"),
    "comments_that_may_be_ours": (commented(), "record", "comments-accounts", "comments.accounts"),
    "comments_on_reddit": (commented("reddit"), "warn", "platform-caution", "channels[0].platform"),
    "comments_that_nobody_lists": (commented("linkedin"), "warn", "comments-by-file", "comments.channels[0]"),
    "comments_and_a_freeze_at_once": (both(commented(), put("freezes_at", "2026-12-21T00:10:00")), "warn", "comments-window", "freezes_at"),
    "comments_that_say_no_age": (commented(), "record", "comments-checked-later", "comments"),
    "comments_longer_than_they_may_be": (commented(rules=[{"kind": "comment-length", "at_least": 9, "at_most": 3}]),
                                         "block", "comments-length", "comments.rules[0].at_most"),
    "friends_in_comments_on_facebook": (commented("facebook", rules=[{"kind": "comment-mentions"}]), "block", "comments-friends", "comments.rules[0]"),
    "clause_about_the_draw": (put("clauses", [own_clause("Le tirage a lieu deux fois.")]), "warn", "clause-contradiction", "clauses[0].text.fr"),
    "clause_that_promises": (put("clauses", [own_clause("Vous avez gagné !")]), "block", "clause-promises-gain", "clauses[0].text.fr"),
    "clause_with_markup": (put("clauses", [own_clause("Un <b>mot</b>.")]), "block", "clause-markup", "clauses[0].text.fr"),
    "two_clauses_of_one_name": (put("clauses", [own_clause("Un."), own_clause("Deux.")]), "block", "clause-twice", "clauses[1].id"),
    "white_on_yellow": (put("brand.colour", "#ffee00"), "block", "contrast", "brand"),
}  # fmt: skip


def test_the_definition_that_the_cases_bend_has_no_remark() -> None:
    assert lint(parse(write(VALID, "json"), "json"), NOW) == ()


@pytest.mark.parametrize("name", CASES)
def test_one_change_brings_its_remark(name: str) -> None:
    bend, level, code, path = CASES[name]
    remarks = lint(parse(write(bent(bend), "json"), "json"), NOW)
    found = [remark for remark in remarks if (remark.level, remark.code, remark.path) == (level, code, path)]
    assert found, [(remark.level, remark.code, remark.path) for remark in remarks]
    assert blocks(remarks) == any(remark.level == "block" for remark in remarks)
    for remark in remarks:
        for language in LANGUAGES:
            assert re.search(r"[.!]$", remark.text(language)), remark.text(language)


def test_every_code_of_the_linter_is_reached() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(linter.__file__).parent.glob("*.py"))
    codes = set(re.findall(r'Remark\(\s*(?:"\w+"|level),\s*f?"([a-z-]+)"', source))
    codes |= set(re.findall(r'\b(?:block|warn|record)\(\s*"([a-z-]+)"', source))
    codes |= {f"country-{row.status}" for row in dated.countries().country if row.status != "allow"}
    assert codes == {code for _, _, code, _ in CASES.values()} | {"data-old"}


ALLOWED: dict[str, Bend] = {
    "a box at sixteen": both(put("rules[0].years", 18), field()),
    "minors with a parent, by declaration": put(
        "rules", [*VALID["rules"][1:], {"kind": "minimum-age", "years": 13}, PARENT]
    ),
    "minors with a parent, by date of birth": put("rules", [*VALID["rules"][1:], BORN, PARENT | {"by": "birth-date"}]),
    "a british prize within thirty days": both(countries("GB"), terms(delivery_days=30)),
    "a field kept a year": put("fields[3].retention_days", 366),
    "a comment on instagram": place("instagram", "comment", post=post("Un vélo")),
    "a post of 280 letters on x": place("x", "comment", post=post("@a " + "x" * 277)),
    "a partnership that is said": both(
        place("instagram", post=post("Publicité. Un vélo")), terms(paid_partnership=post("Vélos Bleus"))
    ),
    "partners with their own boxes": both(
        put("fields", [*VALID["fields"], CONSENT, CONSENT | {"id": "teas"}]),
        terms(partners=[*partners(1), *partners(1, "teas")]),
    ),
    "a provider abroad whose transfer is founded": terms(processors=[MAILER | {"transfer": PLEDGE}]),
    "a provider in the EEA": terms(processors=[MAILER | {"country": "IS"}]),
    "a deposit on the day before": terms(deposit=OFFICE | {"date": "2026-11-30"}),
    "a mediator": terms(mediator="https://mediator.example"),
    "a clause about the car park": put("clauses", [own_clause("Le parking est gratuit < 2 h.")]),
    "a sum of money": put("prizes[1].nature", "cash"),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_done_right_brings_no_remark(name: str) -> None:
    assert lint(parse(write(bent(ALLOWED[name]), "json"), "json"), NOW) == ()


def test_germany_with_a_confirmed_address_lacks_only_its_language() -> None:
    campaign = parse(write(bent(both(countries("DE"), field())), "json"), "json")
    assert [remark.code for remark in lint(campaign, NOW)] == ["country-language"]


def test_a_filing_in_time_opens_the_united_states() -> None:
    campaign = parse(write(bent(both(DOLLARS, terms(filings=[filing("2026-11-01")]))), "json"), "json")
    assert {remark.code for remark in lint(campaign, NOW)} == {"country-warn", "currencies"}


def test_a_purchase_proved_by_a_code_and_stated_in_the_texts_only_warns() -> None:
    bend = both(terms(cost=cost("purchase")), put("rules[4]", {"kind": "unique-code"}))
    remarks = lint(parse(write(bent(bend), "json"), "json"), NOW)
    assert [(remark.level, remark.code) for remark in remarks] == [("warn", "cost")]


@pytest.mark.parametrize(
    ("bend", "path", "named"),
    [
        (countries("FR"), "rules", "France"),
        (place("instagram"), "channels", "Instagram"),
        (both(countries("MC"), terms(processors=[MAILER | {"country": "IS"}])), "terms.processors", "EEA"),
    ],
)
def test_a_row_that_is_relied_on_is_looked_at_again_after_eighteen_months(bend: Bend, path: str, named: str) -> None:
    row = dated.platforms().row("instagram")
    table = dated.countries()
    assert {row.date for row in (row, table.eea, *table.country)} == {date(2026, 11, 1)}
    names = ("opens_at", "closes_at", "freezes_at", "draws_at")
    later = {name: f"2999-12-0{day}T00:00:00" for day, name in enumerate(names, 5)}
    campaign = parse(write(bent(bend) | later, "json"), "json")
    last = datetime(2028, 5, 1, 23, tzinfo=UTC)
    assert lint(campaign, last) == ()
    old = [remark for remark in lint(campaign, last + timedelta(days=1)) if remark.path == path]
    assert [(remark.level, remark.code) for remark in old] == [("warn", "data-old")]
    assert named in old[0].text.en
    assert "2026-11-01" in old[0].text.en


def test_the_age_of_consent_is_looked_at_again_where_a_box_is_asked() -> None:
    names = ("opens_at", "closes_at", "freezes_at", "draws_at")
    later = {name: f"2999-12-0{day}T00:00:00" for day, name in enumerate(names, 5)}
    when = dated.consent_ages().row("LU").date.replace(year=2028, month=5)
    last = datetime(when.year, when.month, when.day, 23, tzinfo=UTC)
    for bend, expected in ((both(countries("LU"), field()), ["data-old"]), (countries("LU"), [])):
        campaign = parse(write(bent(bend) | later, "json"), "json")
        assert lint(campaign, last) == ()
        old = lint(campaign, last + timedelta(days=1))
        assert [remark.code for remark in old] == expected
        assert all("Luxembourg" in remark.text.en for remark in old)


def test_a_row_that_nothing_relies_on_may_grow_old() -> None:
    bend = countries("MC")
    remarks = lint(parse(write(bent(bend), "json"), "json"), datetime(2026, 11, 20, tzinfo=UTC))
    assert remarks == ()
    assert "data-old" not in {
        remark.code for remark in lint(parse(write(bent(bend), "json"), "json"), datetime(2036, 1, 1, tzinfo=UTC))
    }


def test_an_acknowledgement_is_for_these_words_only() -> None:
    def digests(**changes: Any) -> set[str]:
        remarks = lint(parse(write(bent(put("rules[0].years", 16)) | changes, "json"), "json"), NOW)
        return {remark.digest for remark in linter.warnings(remarks)}

    assert len(digests()) == 1
    assert digests() == digests()
    assert digests(alternates=0) > digests()
    older = lint(parse(write(bent(drop("rules[0]")), "json"), "json"), NOW)
    assert not digests() & {remark.digest for remark in older}


def test_blocks_come_first() -> None:
    remarks = lint(parse(write(bent(put("alternates", 0)) | {"title": {"fr": "Un jeu"}}, "json"), "json"), NOW)
    assert [remark.level for remark in remarks] == ["block", "warn"]


def test_the_notice_ends_on_its_very_second() -> None:
    campaign = parse(write(bent(put("draws_at", "2026-12-21T10:30:00")), "json"), "json")
    assert lint(campaign, NOW) == ()


def test_a_draft_can_wait_until_its_closing_and_no_longer() -> None:
    campaign = parse(write(VALID, "json"), "json")
    assert not blocks(lint(campaign, campaign.closes_at - timedelta(seconds=1)))
    assert blocks(lint(campaign, campaign.closes_at))


def test_the_linter_reads_the_furthest_years() -> None:
    names = ("opens_at", "closes_at", "freezes_at", "draws_at")
    raw = {name: f"2999-12-0{day}T00:00:00" for day, name in enumerate(names, 5)}
    assert lint(parse(write(VALID | raw, "json"), "json"), NOW) == ()


@pytest.mark.parametrize("name", ["noel-lumiere.toml", "rentree-campus.toml"])
def test_an_example_can_be_published_before_its_opening(name: str) -> None:
    campaign = parse((EXAMPLES / name).read_bytes(), "toml")
    assert not [remark for remark in lint(campaign, campaign.opens_at - timedelta(days=1)) if remark.level != "record"]


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#777777", 1.0), ("#767676", "#ffffff", 4.54)]
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(one, other) == contrast(other, one)
