import { isObject } from "./json.js";
import { instant } from "./instants.js";
import { Refused } from "./refused.js";

/** @typedef {(value: any) => boolean} Check */

/** @param {RegExp} pattern @returns {Check} */
export const text = (pattern) => (value) => typeof value === "string" && pattern.test(value);
/** @param {number} low @param {number} [high] @returns {Check} */
export const number = (low, high = Number.MAX_SAFE_INTEGER) => (value) =>
  Number.isSafeInteger(value) && low <= value && value <= high;
/** @param {Record<string, Check>} checks @returns {Check} */
export const object = (checks) => (value) =>
  isObject(value) &&
  Object.keys(value).length === Object.keys(checks).length &&
  Object.entries(checks).every(([key, check]) => Object.hasOwn(value, key) && check(value[key]));

export const hex32 = text(/^[0-9a-f]{32}$/);
export const hex64 = text(/^[0-9a-f]{64}$/);
export const code = text(/^(?=.{1,80}$)[a-z0-9](?:-?[a-z0-9])*$/);
export const any = (value) => typeof value === "string";
export const some = (value) => typeof value === "string" && value !== "";
export const count = number(0);
const clause = text(/^[1-9][0-9]{0,2}(\.[1-9][0-9]{0,2})?$/);
export const isInstant = (value) => instant(value) !== null;
const isReason = (value) => some(value) && [...value].length <= 2000;
const version = number(1, 9999); // of the rules text, or of minutes

/** @type {Check} */
export const texts = (value) => isObject(value) && Object.values(value).every(any);
/** SHA-256 by language. @type {Check} */
export const papers = (value) =>
  isObject(value) &&
  Object.keys(value).length > 0 &&
  Object.entries(value).every(([language, digest]) => ["fr", "en"].includes(language) && hex64(digest));

const isLine = object({ channel: code, count: number(1), reason: code });
/** Sorted by reason then channel, each pair once. @type {Check} */
function declined(value) {
  if (!Array.isArray(value) || !value.every(isLine)) return false;
  // No code holds a space, which comes before all that it may hold.
  const order = value.map((line) => `${line.reason} ${line.channel}`);
  return order.every((line, at) => at === 0 || order[at - 1] < line);
}
const isAnswer = object({ answers: () => true, key: text(/^([0-9a-f]{2})+$/), sealed: hex64 });
/** @type {Check} */
export const revealed = (value) => Array.isArray(value) && value.length > 0 && value.every(isAnswer);

const local = text(/^(ceremony|rehearsal)$/);
const drand = text(/^drand$/);
const publishedDrand = object({
  chain: any, genesis: count, genesis_seed: any, name: any, period: count, public_key: any, source: drand,
});
const publishedLocal = object({ source: local });
const drawnDrand = object({ chain: any, round: number(1), signature: any, source: drand });
const drawnLocal = object({ source: local, text: any });

const each = { kind: some, at: isInstant, campaign: hex32 };
const defines = { definition: isObject, papers };
const entry = { entry: hex32, entrant: hex32 };
const award = { draw: code, prize: code, entrant: hex32 };

/** The closed set of records (journal §4). @type {Record<string, Record<string, Check>>} */
const KINDS = {
  "campaign.published": { ...defines, source: (value) => publishedDrand(value) || publishedLocal(value) },
  "campaign.amended": { ...defines, number: number(2, 9999), reason: isReason },
  "entry.accepted": { ...entry, channel: code, commitment: hex64, rules: version, tickets: number(1, 1000) },
  "entry.withdrawn": entry,
  "entry.excluded": { ...entry, reason: code, clause },
  "entry.reinstated": entry,
  "campaign.closed": { declined, revealed },
  "pool.frozen": { draw: code, pool: hex64, entrants: count, tickets: count, round: number(1) },
  "draw.postponed": { draw: code, draws_at: isInstant, reason: code, round: number(1) },
  "draw.completed": {
    draw: code, seed: hex64, ranking: hex64, winners: count, alternates: count,
    source: (value) => drawnDrand(value) || drawnLocal(value),
  },
  "award.offered": { ...award, until: isInstant },
  "award.confirmed": award,
  "award.forfeited": { ...award, reason: code },
  "alternate.promoted": { ...award, rank: number(1) },
  "campaign.settled": { confirmed: count, unawarded: count },
  "campaign.voided": { reason: isReason },
  "minutes.issued": { number: version, draw: code, papers, pdfs: papers },
  "minutes.annulled": { number: version, reason: isReason },
};
const OPTIONAL = { "campaign.closed": "revealed", "pool.frozen": "round", "draw.postponed": "round" };
const ABOUT_ONE = /^(entry|award|alternate)\./; // their `at` is a whole minute (journal §3)
// Where one of these is wrong the record fails step 2, and is read all the same: other steps judge their own matter.
const SPARE = new Set([
  "channel", "clause", "commitment", "declined", "papers", "pdfs", "reason", "revealed", "round", "rules", "until",
]);

const checksOf = new Map(
  Object.entries(KINDS).map(([kind, own]) => {
    const checks = new Map(Object.entries({ ...each, ...own }));
    return [kind, { checks, needed: [...checks.keys()].filter((key) => OPTIONAL[kind] !== key) }];
  }),
);

/**
 * Give the keys that are not as specified, and whether the record can be read without them.
 * @param {number} place @param {any} record
 */
export function checkRecord(place, record) {
  const known = isObject(record) ? checksOf.get(record.kind) : undefined;
  if (!known) throw new Refused("kind", place, isObject(record) ? record.kind : "—");
  const wrong = [];
  for (const key of Object.keys(record)) if (!known.checks.get(key)?.(record[key])) wrong.push(key);
  for (const key of known.needed) if (!Object.hasOwn(record, key)) wrong.push(key);
  const usable = wrong.every((key) => SPARE.has(key) || !known.checks.has(key));
  if (usable && ABOUT_ONE.test(record.kind) && !record.at.endsWith(":00Z")) wrong.push("at");
  return { wrong, usable };
}
