import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "./bytes.js";

const LEAF = Uint8Array.of(0);
const leafStart = sha256.create().update(LEAF);
const scratch = sha256.create();
const pair = new Uint8Array(65);
pair[0] = 1;

/** SHA-256(00 ‖ record). @param {Uint8Array} record */
export function leafHash(record) {
  return leafStart._cloneInto(scratch).update(record).digest();
}

/** SHA-256(01 ‖ left ‖ right). @param {Uint8Array} left @param {Uint8Array} right */
export function nodeHash(left, right) {
  pair.set(left, 1);
  pair.set(right, 33);
  return sha256(pair);
}

export const EMPTY_ROOT = sha256(new Uint8Array(0));

/** A Merkle tree that only grows (RFC 6962 §2.1). */
export class Tree {
  constructor() {
    this.size = 0;
    /** @type {Uint8Array[]} */
    this.stack = [];
  }

  /** @param {Uint8Array} record */
  append(record) {
    let node = leafHash(record);
    for (let size = this.size; size & 1; size >>>= 1) node = nodeHash(/** @type {Uint8Array} */ (this.stack.pop()), node);
    this.stack.push(node);
    this.size++;
  }

  /** The root so far, in hex. */
  root() {
    if (!this.size) return toHex(EMPTY_ROOT);
    return toHex(this.stack.reduceRight((right, left) => nodeHash(left, right)));
  }
}

/**
 * The root that an inclusion path leads to (RFC 9162 §2.1.3.2), or null where the path has another length than it must.
 * @param {Uint8Array} leaf @param {number} index @param {number} size @param {Uint8Array[]} path
 */
export function rootOfPath(leaf, index, size, path) {
  if (index >= size) return null;
  let [node, number, last] = [leaf, index, size - 1];
  for (const other of path) {
    if (last === 0) return null;
    if (number % 2 || number === last) {
      node = nodeHash(other, node);
      while (number % 2 === 0 && number !== 0) [number, last] = [number / 2, Math.floor(last / 2)];
    } else {
      node = nodeHash(node, other);
    }
    [number, last] = [Math.floor(number / 2), Math.floor(last / 2)];
  }
  return last === 0 ? node : null;
}

