import { fromUtf8 } from "./bytes.js";
import { Refused } from "./refused.js";

const DEEPEST = 64;
const LONE = /[\ud800-\udfff]/u;

/**
 * Encode by RFC 8785 what was decoded from JSON: no floats, integers below 2^53, no lone surrogates (journal §3).
 * @param {unknown} value @returns {string}
 */
export function canonical(value, depth = 0) {
  if (depth > DEEPEST) throw new Refused("deep");
  if (typeof value === "string") {
    if (LONE.test(value)) throw new Refused("surrogate");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Refused("integer", value);
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(",")}]`;
  if (value === null || typeof value !== "object") return String(value);
  // `sort` compares UTF-16 code units, as RFC 8785 does.
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${canonical(key)}:${canonical(value[key], depth + 1)}`).join(",")}}`;
}

/**
 * Decode JSON and give its canonical encoding with it: comparing that to `text` finds doubled keys, other orders, spaces,
 * escapes and other ways to write a number.
 * @param {Uint8Array} bytes @param {string} where
 */
export function parse(bytes, where) {
  const text = fromUtf8(bytes);
  if (text === null) throw new Refused("not_json", where);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused("not_json", where);
  }
  try {
    return { value, text, exact: canonical(value) };
  } catch (error) {
    throw new Refused("where", where, error);
  }
}

/** @param {unknown} value @returns {value is Record<string, any>} */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
