import { Refused } from "./refused.js";

const DIGITS = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));
const encoder = new TextEncoder();
// A byte-order mark is a letter like another: JSON and notes refuse it.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  let text = "";
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

/** @param {string} text an even number of hex digits */
export function fromHex(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

/** @param {string} text */
export const toUtf8 = (text) => encoder.encode(text);

/** The text, or null where the bytes are not UTF-8. @param {Uint8Array} bytes */
export function fromUtf8(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Only the canonical encoding, and of one byte at least. @param {string} text */
export function fromBase64(text) {
  let found = "";
  try {
    found = atob(text);
  } catch {
    throw new Refused("base64", text);
  }
  if (!found || btoa(found) !== text) throw new Refused("base64", text);
  return Uint8Array.from(found, (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array} one @param {Uint8Array} other */
export function sameBytes(one, other) {
  return compareBytes(one, other) === 0;
}

/** Negative, zero or positive, as bytes are ordered. @param {Uint8Array} one @param {Uint8Array} other */
export function compareBytes(one, other) {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) if (one[at] !== other[at]) return one[at] - other[at];
  return one.length - other.length;
}

/** @param {Uint8Array[]} pieces */
export function joinBytes(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
