import { Phrase } from "./refused.js";
import { CATEGORIES, say, STEP_NAMES } from "./sentences.js";

const SHOWN = 20; // sentences of a kind told for one step; the others are counted

/** @typedef {"failed" | "unchecked" | "passed"} Kind */

const none = () => ({ told: /** @type {any[][]} */ ([]), more: 0 });

/** What each step found; a step of which nothing was said has not passed. */
export class Report {
  constructor() {
    /** @type {Map<number, Record<Kind, {told: any[][], more: number}>>} */
    this.steps = new Map(STEP_NAMES.map((_, at) => [at + 1, { failed: none(), unchecked: none(), passed: none() }]));
  }

  /** @param {number} step @param {Kind} kind @param {any[]} sentence */
  #tell(step, kind, sentence) {
    const own = /** @type {NonNullable<ReturnType<typeof this.steps.get>>} */ (this.steps.get(step))[kind];
    if (own.told.length < SHOWN) own.told.push(sentence);
    else own.more++;
  }

  /** Tell a failure. @param {number} step @param {string} sentence @param {...unknown} values */
  fail(step, sentence, ...values) {
    this.#tell(step, "failed", [sentence, ...values]);
  }

  /** Tell a failure by what was expected and what was found. */
  differ(step, sentence, expected, found, ...values) {
    this.fail(step, "compared", new Phrase(sentence, ...values), expected, found);
  }

  /** Tell a failure where what was found is not what was expected. */
  compare(step, sentence, expected, found, ...values) {
    if (expected !== found) this.differ(step, sentence, expected, found, ...values);
  }

  /** Tell that something could not be read. @param {number} step @param {import("./refused.js").Refused} error */
  refuse(step, error) {
    this.fail(step, error.sentence, ...error.values);
  }

  /** Tell why a step, or a part of it, is not checked. */
  skip(step, sentence, ...values) {
    this.#tell(step, "unchecked", [sentence, ...values]);
  }

  /** Tell what was established; a step has passed only where nothing failed and nothing was left out. */
  pass(step, sentence, ...values) {
    this.#tell(step, "passed", [sentence, ...values]);
  }

  /** @param {"fr" | "en"} language */
  findings(language) {
    return [...this.steps].map(([step, { failed, unchecked, passed }]) => {
      // What was established stays worth reading beside what was left out, not beside what is wrong.
      const kinds = (failed.told.length ? [failed] : [unchecked, passed]).filter(({ told }) => told.length);
      const outcome = failed.told.length || !kinds.length ? "failed" : unchecked.told.length ? "not-checked" : "passed";
      const details = kinds.length ? [] : [say(language, "unreached")];
      for (const { told, more } of kinds) {
        details.push(...told.map(([sentence, ...values]) => say(language, sentence, ...values)));
        if (more) details.push(say(language, "more", more));
      }
      return { step, name: STEP_NAMES[step - 1][language], category: CATEGORIES[step - 1], outcome, details };
    });
  }
}
