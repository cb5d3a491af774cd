import { Phrase } from "./refused.js";
import { CATEGORIES, say, STEP_NAMES } from "./sentences.js";

const SHOWN = 20; // sentences told for one step; the others are counted

/** What each step found; a step of which nothing was said has not passed. */
export class Report {
  constructor() {
    /** @type {Map<number, {failed: any[][], more: number, unchecked: any[][], passed: any[][]}>} */
    this.steps = new Map(STEP_NAMES.map((_, at) => [at + 1, { failed: [], more: 0, unchecked: [], passed: [] }]));
  }

  /** @param {number} step */
  #of(step) {
    return /** @type {NonNullable<ReturnType<typeof this.steps.get>>} */ (this.steps.get(step));
  }

  /** Tell a failure. @param {number} step @param {string} sentence @param {...unknown} values */
  fail(step, sentence, ...values) {
    const own = this.#of(step);
    if (own.failed.length < SHOWN) own.failed.push([sentence, ...values]);
    else own.more++;
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
    this.#of(step).unchecked.push([sentence, ...values]);
  }

  /** Tell what was established; it counts only where nothing failed and nothing was left out. */
  pass(step, sentence, ...values) {
    this.#of(step).passed.push([sentence, ...values]);
  }

  /** @param {"fr" | "en"} language */
  findings(language) {
    return [...this.steps].map(([step, own]) => {
      const told = own.failed.length ? own.failed : own.unchecked.length ? own.unchecked : own.passed;
      const outcome = own.failed.length || !told.length ? "failed" : own.unchecked.length ? "not-checked" : "passed";
      const details = told.length ? told.map(([sentence, ...values]) => say(language, sentence, ...values)) : [say(language, "unreached")];
      if (own.more) details.push(say(language, "more", own.more));
      return { step, name: STEP_NAMES[step - 1][language], category: CATEGORIES[step - 1], outcome, details };
    });
  }
}
