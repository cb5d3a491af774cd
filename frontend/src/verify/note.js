import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64, fromUtf8, sameBytes, toHex, toUtf8 } from "./bytes.js";
import { Refused } from "./refused.js";

/** What a key is for: its type byte. */
export const ED25519 = 1;
export const COSIGNATURE = 4;
const LARGEST = 1_000_000;
const LATEST = 2n ** 63n - 1n; // a cosignature bears no later time
const MOST_LINES = 1000; // signatures under a note

/**
 * @typedef {{name: string, number: Uint8Array, public: Uint8Array}} Key
 * @typedef {{origin: string, size: number, root: string}} Checkpoint a head: of which journal, how many records, root in hex
 */

const SIGNATURE = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/;
const VKEY = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/;

/**
 * Read a vkey and its LF (C2SP signed-note).
 * @param {Uint8Array} bytes @returns {Key}
 */
export function parseVkey(bytes) {
  const text = fromUtf8(bytes) ?? "";
  const match = text.endsWith("\n") ? VKEY.exec(text.slice(0, -1)) : null;
  if (!match) throw new Refused("vkey", text);
  const key = fromBase64(match[3]);
  const number = keyNumber(match[1], key);
  if (key.length !== 33 || key[0] !== ED25519 || match[2] !== toHex(number)) {
    throw new Refused("vkey_number", toHex(number), match[2]);
  }
  return { name: match[1], number, public: key.subarray(1) };
}

/** Read a vkey of a type; null where it is none. @param {string} text @param {number} type @returns {Key | null} */
export function readKey(text, type) {
  const match = VKEY.exec(text);
  if (!match) return null;
  try {
    const key = fromBase64(match[3]);
    const number = keyNumber(match[1], key);
    return key.length === 33 && key[0] === type && match[2] === toHex(number) ? { name: match[1], number, public: key.subarray(1) } : null;
  } catch {
    return null;
  }
}

/** @param {string} name @param {Uint8Array} key */
function keyNumber(name, key) {
  return sha256.create().update(toUtf8(`${name}\n`)).update(key).digest().subarray(0, 4);
}

/**
 * Strict RFC 8032, and no key of small order. Always this one implementation: browsers differ on odd signatures, and a
 * verdict must not depend on the browser.
 * @param {Uint8Array} key @param {Uint8Array} signature @param {Uint8Array} message
 */
export function signatureHolds(key, signature, message) {
  try {
    const point = ed25519.Point.fromBytes(key);
    return !point.isSmallOrder() && ed25519.verify(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}

/**
 * Read a note without judging its signatures (C2SP signed-note).
 * @param {Uint8Array} bytes @returns {{body: string, lines: string[]}} the text without its last LF, and the signature lines
 */
export function splitNote(bytes) {
  const text = fromUtf8(bytes) ?? "\0";
  const blank = text.lastIndexOf("\n\n");
  const [body, signatures] = [text.slice(0, blank), text.slice(blank + 2)];
  if (blank < 0 || /[\0-\x09\x0b-\x1f]/.test(text) || !signatures.endsWith("\n")) throw new Refused("not_note");
  const lines = signatures.slice(0, -1).split("\n");
  if (lines.length > MOST_LINES || bytes.length > LARGEST) throw new Refused("not_note");
  return { body, lines };
}

/**
 * Read a head that the key signed (C2SP signed-note, tlog-checkpoint).
 * @param {Uint8Array} bytes @param {Key} key @returns {Checkpoint}
 */
export function openCheckpoint(bytes, key) {
  const { body, lines } = splitNote(bytes);
  let ours = 0;
  for (const line of lines) {
    const match = SIGNATURE.exec(line);
    const blob = match ? fromBase64(match[2]) : new Uint8Array();
    if (!match || blob.length < 5) throw new Refused("sign_line", line);
    if (match[1] !== key.name || !sameBytes(blob.subarray(0, 4), key.number)) continue;
    ours++;
    if (!signatureHolds(key.public, blob.subarray(4), toUtf8(`${body}\n`))) throw new Refused("sign_false", key.name);
  }
  if (!ours) throw new Refused("sign_none", key.name);
  return parseHead(body);
}

/**
 * When a witness saw a note first: its earliest cosignature that holds (C2SP tlog-cosignature), or null.
 * @param {{body: string, lines: string[]}} note @param {Key} key
 */
export function cosignedAt({ body, lines }, key) {
  /** @type {bigint | null} */
  let first = null;
  for (const line of lines) {
    const [, name, signed] = SIGNATURE.exec(line) ?? [];
    if (name !== key.name) continue;
    const blob = fromBase64(signed);
    if (blob.length !== 76 || !sameBytes(blob.subarray(0, 4), key.number)) continue;
    const at = new DataView(blob.buffer).getBigUint64(4);
    if (at > LATEST) continue;
    const message = toUtf8(`cosignature/v1\ntime ${at}\n${body}\n`);
    if ((first === null || at < first) && signatureHolds(key.public, blob.subarray(12), message)) first = at;
  }
  return first;
}

/** @param {string} body @returns {Checkpoint} */
export function parseHead(body) {
  const [origin, size, root, ...more] = body.split("\n");
  if (!origin || !root || more.includes("") || !/^(0|[1-9][0-9]{0,15})$/.test(size)) throw new Refused("not_head", body);
  const bytes = fromBase64(root);
  if (bytes.length !== 32) throw new Refused("not_head", body);
  return { origin, size: Number(size), root: toHex(bytes) };
}
