import { fit, language, make, makeButton, save } from "./dom.js";
import { CATEGORY_NAMES } from "./sentences.js";
import { LEVELS, OUTCOMES, wordsOf } from "./words.js";

const words = wordsOf(language);
const CLASSES = { passed: "passed", failed: "failed", "not-checked": "unchecked" };

/** The heading takes the focus when the answer is there. @param {string} text */
function title(text) {
  const made = make("h2", fit(text));
  made.id = "answer-title";
  made.tabIndex = -1;
  return made;
}

/** @param {string} tone @param {string} strong @param {...(Node | string | false)} children */
const note = (tone, strong, ...children) => make(`div.note.${tone}`, strong && make("strong", fit(strong)), ...children);
const line = (text) => make("p", fit(text));

/** @param {[string, string | Node | undefined | null, boolean?][]} pairs name, value, whether it is a digest */
function facts(pairs) {
  const told = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return make("dl.facts", ...told.map(([name, value, mono]) => make("div", make("dt", fit(name)), make(mono ? "dd.mono" : "dd", value))));
}

/** A message that is no verdict. @param {string} heading @param {string} text */
export const plainAnswer = (heading, text) => [title(heading), note("warn", "", line(text))];

/**
 * A verdict as a page: the level in words, each step by category, then what is not proved.
 * @param {import("./verify.js").Verdict} verdict @param {string} name of the file
 */
export function verdictAnswer(verdict, name) {
  if (verdict.verdict === "no-bundle") {
    return [title(words.not_bundle_title), note("bad", "", line(`${verdict.error}.`), make("p.small", name))];
  }
  const count = (outcome) => verdict.findings.filter((finding) => finding.outcome === outcome).length;
  const counts = { passed: count("passed"), failed: count("failed"), unchecked: count("not-checked") };
  const drawn = verdict.findings[10].outcome === "passed";
  const heading = counts.failed ? words.failed_title : drawn ? words.passed_title : words.partly_title;
  const level = verdict.level && LEVELS[verdict.level];
  return [
    title(heading),
    note(counts.failed ? "bad" : "good", words.counted(counts), counts.failed ? line(words.failed_lead) : ""),
    level && make(`p.level.${verdict.level}`, make("strong", fit(level.name[language])), " ", make("span", fit(level.said[language]))),
    facts([[words.campaign, verdict.title], [words.file, name]]),
    ...Object.entries(CATEGORY_NAMES).flatMap(([category, said]) => [make("h3", fit(said[language])), steps(verdict, category)]),
    make("h3", fit(words.not_proved)),
    make("ul", ...verdict.not_proved.map((said) => make("li", fit(said)))),
    make("p.actions", makeButton(words.save, () => save(`verdict-${verdict.campaign.slice(0, 8)}.json`, JSON.stringify(verdict, null, 2), "application/json"))),
  ].filter(Boolean);
}

/** @param {import("./verify.js").Verdict} verdict @param {string} category */
function steps(verdict, category) {
  const own = verdict.findings.filter((finding) => finding.category === category);
  const made = own.map((finding) =>
    make(
      `li.${CLASSES[finding.outcome]}`,
      make(
        "strong",
        make("span.visually-hidden", `${OUTCOMES[finding.outcome][language]}. `),
        make("span.num", `${finding.step}.`),
        ` ${fit(finding.name)}`,
      ),
      ...finding.details.filter(Boolean).map((detail) => make("p", detail)),
    ),
  );
  return make("ul.verdict", ...made);
}

/**
 * What became of a receipt, in words.
 * @param {import("./receipt-check.js").Answer} answer @param {{path: string, contact: string, prizes: Record<string, string>}} contest
 */
export function receiptAnswer(answer, contest) {
  if (answer.outcome === "unreadable") return plainAnswer(words.not_receipt_title, words.not_receipt);
  if (answer.outcome === "unreachable") return plainAnswer(words.unreachable_title, words.unreachable(answer.detail));
  if (answer.outcome === "broken") return brokenAnswer(answer, contest);
  const { record, signed } = answer;
  const received = new Date(record.at).toLocaleString(language === "fr" ? "fr" : "en-GB", { dateStyle: "long", timeStyle: "short" });
  const known = facts([[words.received, received], [words.chances, String(record.tickets)], [words.pseudonym, record.entrant, true]]);
  if (answer.outcome === "alone") {
    const said = line(words.alone(words.number(answer.index), words.number(answer.size)));
    return [title(words.alone_title), note("good", "", said), known, note("info", "", line(words.alone_today))];
  }
  return [
    title(words.honoured_title(words.number(answer.index))),
    note("good", "", line(words.honoured(words.number(answer.size))), signed && line(words.extends)),
    known,
    make("h3", fit(words.fate)),
    ...fateAnswer(answer.fate, contest),
    !signed && note("info", words.unsigned_title, line(words.unsigned)),
  ].filter(Boolean);
}

/** @param {import("./receipt-check.js").Fate} fate @param {{path: string, prizes: Record<string, string>}} contest */
function fateAnswer(fate, contest) {
  const { stage, tickets, rank, prize, number, last } = fate;
  if (stage === "open" || stage === "void" || stage === "unknown") return [line(words[stage])];
  if (stage === "pool-changed" || stage === "ranking-changed") return [note("bad", "", line(words.changed_files))];
  const figures = { tickets, entrants: words.number(fate.entrants), all: words.number(fate.all) };
  if (!tickets) return [line(words.unpooled), make("p", journalLink(contest))];
  if (stage === "frozen") return [line(words.frozen(figures))];
  const outcome = rank ? (prize ? words.won(rank, titleOf(prize, contest)) : words.alternate(rank)) : words.not_drawn;
  return [
    note(rank ? "info" : "idle", outcome),
    line(words.pooled(figures)),
    facts([[words.your_number, number, true], [words.last_number, last, true]]),
  ];
}

/** The title of a prize by its unit, `velo` or `velo-2`. @param {string} unit @param {{prizes: Record<string, string>}} contest */
function titleOf(unit, { prizes }) {
  return prizes[unit] ?? prizes[unit.replace(/-[0-9]+$/, "")] ?? unit;
}

/** @param {{path: string}} contest */
function journalLink(contest) {
  const link = make("a", fit(words.see_journal));
  link.href = `${contest.path}/journal?lang=${language}`;
  return link;
}

/** @param {import("./receipt-check.js").Answer} answer @param {{contact: string}} contest */
function brokenAnswer(answer, contest) {
  const panel = note("bad", words.broken[answer.reason]);
  if (answer.signed) {
    // A false signature or path may be the reader's own doing; all else is the journal's.
    const said = ["signature", "path"].includes(answer.reason) ? words.perhaps_evidence : words.evidence;
    panel.append(line(said), make("ol", ...words.todo(contest.contact).map((step) => make("li", fit(step)))));
  } else {
    panel.append(line(words.broken_unsigned));
  }
  const keep = () => save(`evidence-${answer.index}.txt`, answer.evidence, "text/plain");
  return [title(words.broken_title), panel, answer.signed && make("p.actions", makeButton(words.save_evidence, keep, "button"))].filter(Boolean);
}
