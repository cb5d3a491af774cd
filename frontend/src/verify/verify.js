import { Case } from "./case.js";
import { NotABundle, Refused } from "./refused.js";
import { NOT_PROVED, say, show } from "./sentences.js";
import { STEPS } from "./steps.js";
import { Archive } from "./zip.js";

/**
 * @typedef {{step: number, name: string, category: string, outcome: string, details: string[]}} Finding
 * @typedef {{verdict: "passed" | "failed" | "no-bundle", level: string | null, campaign: string, title: string,
 *   findings: Finding[], not_proved: string[], error?: string}} Verdict
 */

/**
 * Give the verdict on a file, whatever its bytes are: it never throws.
 * @param {Blob} blob @param {Blob | null} legal @param {"fr" | "en"} language @param {(done: number) => void} [progress]
 * @returns {Promise<Verdict>}
 */
export async function verify(blob, legal, language, progress = () => {}) {
  try {
    const own = new Case(await Archive.open(blob), progress);
    await own.read(legal);
    await takeSteps(own);
    return tell(own, language);
  } catch (error) {
    const { sentence, values } = error instanceof Refused ? error : new Refused("unreadable", show(error));
    return { ...nothing(language), error: say(language, sentence, ...values) };
  }
}

/** @param {Case} own */
async function takeSteps(own) {
  for (const [at, { take, needs = [] }] of STEPS.entries()) {
    const step = at + 1;
    try {
      const lacking = needs.find((what) => !own.journal[what]);
      if (lacking) own.report.skip(step, `no_${lacking}`);
      else await take(own);
    } catch (error) {
      if (error instanceof NotABundle) throw error;
      if (error instanceof Refused) own.report.refuse(step, error);
      else own.report.fail(step, "unforeseen", error); // the last resort
    }
  }
}

/** @param {Case} own @param {"fr" | "en"} language @returns {Verdict} */
function tell({ report, journal }, language) {
  const findings = report.findings(language);
  return {
    verdict: findings.some(({ outcome }) => outcome === "failed") ? "failed" : "passed",
    level: journal.level,
    campaign: journal.campaign,
    title: show(journal.terms?.titled(language) ?? ""),
    findings,
    not_proved: NOT_PROVED.map((said) => said[language]),
  };
}

/** @param {"fr" | "en"} language @returns {Verdict} */
function nothing(language) {
  const not_proved = NOT_PROVED.map((said) => said[language]);
  return { verdict: "no-bundle", level: null, campaign: "", title: "", findings: [], not_proved };
}
