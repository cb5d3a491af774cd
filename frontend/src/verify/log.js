import { toHex } from "./bytes.js";
import { Refused } from "./refused.js";
import { nodeHash } from "./tree.js";

const WIDTH = 256;
const HASH = 32;

/** The address of a tile below `tile/` (C2SP tlog-tiles). @param {string | number} level @param {number} number @param {number} width */
export function tilePath(level, number, width) {
  const digits = String(number);
  const groups = digits.padStart(3 * Math.ceil(digits.length / 3), "0").match(/.{3}/g) ?? [];
  const last = groups.pop();
  const partial = width === WIDTH ? "" : `.p/${width}`;
  return `tile/${level}/${groups.map((group) => `x${group}/`).join("")}${last}${partial}`;
}

/** A published journal, read tile by tile; nothing in it is believed before a signed root confirms it. */
export class Log {
  /** @param {string} address @param {number} size */
  constructor(address, size) {
    this.address = address;
    this.size = size;
    /** @type {Map<string, Promise<Uint8Array>>} */
    this.read = new Map();
  }

  /** @param {string | number} level @param {number} number */
  #tile(level, number) {
    const filled = Math.floor(this.size / WIDTH ** (level === "entries" ? 0 : Number(level)));
    const path = tilePath(level, number, Math.min(WIDTH, filled - number * WIDTH));
    if (!this.read.has(path)) this.read.set(path, fetchBytes(`${this.address}/${path}`));
    return /** @type {Promise<Uint8Array>} */ (this.read.get(path));
  }

  /** The root of the complete subtree of 2^height leaves, the `number`th of its kind. */
  async #node(height, number) {
    const level = Math.floor(height / 8);
    const within = 2 ** (height % 8);
    const first = number * within;
    const tile = await this.#tile(level, Math.floor(first / WIDTH));
    const at = first % WIDTH;
    if (tile.length < (at + within) * HASH) throw new Refused("unreadable", "tile");
    let nodes = Array.from({ length: within }, (_, n) => tile.slice((at + n) * HASH, (at + n + 1) * HASH));
    while (nodes.length > 1) nodes = pairs(nodes);
    return nodes[0];
  }

  /**
   * The roots, in hex, of the first `sizes` leaves, with some leaves put in place of what the tiles say. Where the root of
   * the whole is the signed one, those leaves are in the journal, and each smaller tree is its beginning: all are made of
   * the same subtrees, as in the proofs of RFC 9162 §2.1.3 and §2.1.4.
   * @param {number[]} sizes @param {Map<number, Uint8Array>} leaves
   */
  async roots(sizes, leaves) {
    const cuts = [...sizes, ...[...leaves.keys()].flatMap((leaf) => [leaf, leaf + 1])];
    const found = [];
    for (const size of sizes) found.push(toHex(await this.#subtree(0, size, cuts, leaves)));
    return found;
  }

  /** @returns {Promise<Uint8Array>} */
  async #subtree(start, end, cuts, leaves) {
    const length = end - start;
    const own = length === 1 ? leaves.get(start) : undefined;
    if (own) return own;
    const height = Math.floor(Math.log2(length));
    const complete = 2 ** height === length;
    if (complete && !cuts.some((cut) => start < cut && cut < end)) return this.#node(height, start / length);
    const middle = start + 2 ** (complete ? height - 1 : height);
    return nodeHash(await this.#subtree(start, middle, cuts, leaves), await this.#subtree(middle, end, cuts, leaves));
  }

  /** The text of a record, not confirmed yet. @param {number} place */
  async record(place) {
    const bundle = await this.#tile("entries", Math.floor(place / WIDTH));
    let at = 0;
    for (let n = place % WIDTH; n > 0; n--) at += 2 + bundle[at] * 256 + bundle[at + 1];
    const length = bundle[at] * 256 + bundle[at + 1];
    if (!(at + 2 + length <= bundle.length)) throw new Refused("unreadable", "tile");
    return bundle.slice(at + 2, at + 2 + length);
  }
}

/** @param {Uint8Array[]} nodes */
function pairs(nodes) {
  return Array.from({ length: nodes.length / 2 }, (_, n) => nodeHash(nodes[2 * n], nodes[2 * n + 1]));
}

/** @param {string} address @param {RequestCache} [cache] */
export async function fetchBytes(address, cache = "default") {
  const answer = await fetch(address, { cache });
  if (!answer.ok) throw new Refused("unreadable", `${answer.status} ${address}`);
  return new Uint8Array(await answer.arrayBuffer());
}

