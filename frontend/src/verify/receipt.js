import { fromBase64, fromHex, sameBytes, toUtf8 } from "./bytes.js";
import { openCheckpoint, parseHead } from "./note.js";
import { Refused } from "./refused.js";
import { leafHash, rootOfPath } from "./tree.js";

const HEADER = "c2sp.org/tlog-proof@v1";

/**
 * A receipt as it was saved (C2SP tlog-proof, journal §6).
 * @typedef {{text: string, record: Uint8Array, leaf: Uint8Array, index: number, path: Uint8Array[], note: Uint8Array,
 *   head: import("./note.js").Checkpoint}} Receipt
 */

/** Read a receipt without judging it; Refused where it is none. @param {string} pasted @returns {Receipt} */
export function parseReceipt(pasted) {
  // Pasting may bring other ends of lines, and spaces around.
  return readProof(`${pasted.replaceAll("\r\n", "\n").trim()}\n`);
}

/** Read a receipt as it must stand in a file. @param {string} text @returns {Receipt} */
export function readProof(text) {
  const blank = text.indexOf("\n\n");
  const [header, extra, index, ...path] = text.slice(0, Math.max(0, blank)).split("\n");
  if (header !== HEADER || !extra?.startsWith("extra ") || !/^index (0|[1-9][0-9]{0,14})$/.test(index ?? "")) {
    throw new Refused("not_receipt");
  }
  const nodes = path.map(fromBase64);
  if (nodes.some((node) => node.length !== 32)) throw new Refused("not_receipt");
  const record = fromBase64(extra.slice("extra ".length));
  const note = text.slice(blank + 2);
  const head = parseHead(note.slice(0, Math.max(0, note.lastIndexOf("\n\n"))));
  return { text, record, leaf: leafHash(record), index: Number(index.slice(6)), path: nodes, note: toUtf8(note), head };
}

/**
 * What is wrong with a receipt by itself: its signature, or the path from the record to the signed root.
 * @param {Receipt} receipt @param {import("./note.js").Key} key
 */
export function faultOf(receipt, key) {
  try {
    const head = openCheckpoint(receipt.note, key);
    const root = rootOfPath(receipt.leaf, receipt.index, head.size, receipt.path);
    return head.origin === key.name && root && sameBytes(root, fromHex(head.root)) ? null : "path";
  } catch (error) {
    if (error instanceof Refused) return "signature";
    throw error;
  }
}
