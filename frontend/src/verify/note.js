import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64, fromUtf8, sameBytes, toHex, toUtf8 } from "./bytes.js";
import { Refused } from "./refused.js";

const ED25519 = 1;
const MOST_SIGNATURES = 16;

/**
 * @typedef {{name: string, number: Uint8Array, public: Uint8Array}} Key
 * @typedef {{origin: string, size: number, root: string}} Checkpoint a head: of which journal, how many records, root in hex
 */

/**
 * Read a vkey and its LF (C2SP signed-note).
 * @param {Uint8Array} bytes @returns {Key}
 */
export function parseVkey(bytes) {
  const text = fromUtf8(bytes) ?? "";
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\n$/.exec(text);
  if (!match || !text.endsWith("\n")) throw new Refused("vkey", text);
  const key = fromBase64(match[3]);
  const number = keyNumber(match[1], key);
  if (key.length !== 33 || key[0] !== ED25519 || match[2] !== toHex(number)) {
    throw new Refused("vkey_number", toHex(number), match[2]);
  }
  return { name: match[1], number, public: key.subarray(1) };
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
 * Read a head that the key signed (C2SP signed-note, tlog-checkpoint).
 * @param {Uint8Array} bytes @param {Key} key @returns {Checkpoint}
 */
export function openCheckpoint(bytes, key) {
  const text = fromUtf8(bytes) ?? "\0";
  const blank = text.lastIndexOf("\n\n");
  const [body, signatures] = [text.slice(0, blank), text.slice(blank + 2)];
  if (blank < 0 || /[\0-\x09\x0b-\x1f]/.test(text) || !signatures.endsWith("\n")) throw new Refused("not_note");
  let ours = 0;
  for (const line of signatures.slice(0, -1).split("\n")) {
    const match = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line);
    if (!match || ours > MOST_SIGNATURES) throw new Refused("sign_line", line);
    const blob = fromBase64(match[2]);
    if (match[1] !== key.name || !sameBytes(blob.subarray(0, 4), key.number)) continue;
    ours++;
    if (!signatureHolds(key.public, blob.subarray(4), toUtf8(`${body}\n`))) throw new Refused("sign_false", key.name);
  }
  if (!ours) throw new Refused("sign_none", key.name);
  return parseHead(body);
}

/** @param {string} body @returns {Checkpoint} */
export function parseHead(body) {
  const [origin, size, root, ...more] = body.split("\n");
  if (!origin || !root || more.includes("") || !/^(0|[1-9][0-9]{0,15})$/.test(size)) throw new Refused("not_head", body);
  const bytes = fromBase64(root);
  if (bytes.length !== 32) throw new Refused("not_head", body);
  return { origin, size: Number(size), root: toHex(bytes) };
}
