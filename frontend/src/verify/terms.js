import { sha256 } from "@noble/hashes/sha2.js";
import { toHex, toUtf8 } from "./bytes.js";
import { localInstant } from "./instants.js";
import { canonical, isObject } from "./json.js";
import { code, count, number } from "./shapes.js";

const NOTICE = 15; // minutes, where the definition does not say

/** @param {any} items @returns {any[]} */
const objects = (items) => (Array.isArray(items) ? items.filter(isObject) : []);

/** The part of a definition that the checks need; null where it cannot be read. */
export class Terms {
  /** @param {any} definition */
  constructor(definition) {
    const draw = isObject(definition.draw) ? definition.draw : {};
    // A key left out has its default; `null` is no value at all.
    const { timezone: zone = "UTC", alternates = 0 } = definition;
    const { notice_minutes: notice = NOTICE } = draw;
    this.digest = toHex(sha256(toUtf8(canonical(definition))));
    this.title = definition.title;
    [this.opens, this.closes, this.freezes, this.draws] = ["opens_at", "closes_at", "freezes_at", "draws_at"].map((key) =>
      localInstant(definition[key], zone),
    );
    this.notice = number(1, 1e9)(notice) ? notice * 60 : null;
    this.source = draw.source;
    /** Who must have seen the list (bundle §5); it is judged at step 14. @type {unknown} */
    this.witnesses = draw.witnesses;
    /** The names of a ceremony's values. @type {unknown[]} */
    this.values = (Array.isArray(draw.values) ? draw.values : []).map((value) => (isObject(value) ? value.name : value));
    const prizes = objects(definition.prizes).map(({ id, quantity = 1 }) => ({ id, quantity }));
    const whole = prizes.length > 0 && prizes.length === definition.prizes.length;
    const readable = whole && prizes.every((prize) => code(prize.id) && number(1)(prize.quantity));
    this.prizes = readable ? prizes : null;
    this.alternates = count(alternates) ? alternates : null;
    this.forfeits = objects(definition.forfeits).map((forfeit) => forfeit.code);
    this.sealed = objects(definition.rules).map((rule) => rule.sealed).filter((sealed) => typeof sealed === "string");
  }

  /** The first prize units, in the order declared: a quantity may be any number. @param {number} most */
  units(most) {
    const found = [];
    for (const { id, quantity } of this.prizes ?? []) {
      if (quantity === 1 && found.length < most) found.push(id);
      for (let n = 1; quantity > 1 && n <= quantity && found.length < most; n++) found.push(`${id}-${n}`);
    }
    return found;
  }

  /** How many prize units there are. */
  get unitCount() {
    return (this.prizes ?? []).reduce((sum, { quantity }) => sum + quantity, 0);
  }

  /** The title in the reader's language, else in the other. @param {string} language */
  titled(language) {
    const texts = isObject(this.title) ? this.title : { fr: this.title };
    return String((language === "fr" ? texts.fr || texts.en : texts.en || texts.fr) || "");
  }
}
