/** A set of keys of 16 bytes, each with its ordinal: 20 to 28 bytes a key, where a Map of texts takes 150. */
export class Table {
  constructor() {
    this.size = 0;
    this.keys = new Uint32Array(4 * 1024);
    this.slots = new Int32Array(4096); // ordinal + 1; 0 is free
    // Keys come from the file: with a secret of this run nobody can make them collide.
    this.salt = crypto.getRandomValues(new Uint32Array(4));
    this.key = new Uint32Array(4);
  }

  /** Set the key looked for, from 32 hex digits. @param {string} text */
  fromText(text) {
    for (let word = 0; word < 4; word++) this.key[word] = parseInt(text.slice(8 * word, 8 * word + 8), 16);
    return this;
  }

  /** The ordinal of the key, or -1. */
  find() {
    return this.slots[this.#slot()] - 1;
  }

  /** The ordinal of the key, added where it is new. */
  add() {
    let slot = this.#slot();
    if (this.slots[slot]) return this.slots[slot] - 1;
    if (2 * (this.size + 1) > this.slots.length) {
      this.#grow();
      slot = this.#slot();
    }
    if (4 * (this.size + 1) > this.keys.length) this.keys = longer(this.keys);
    this.keys.set(this.key, 4 * this.size);
    this.slots[slot] = ++this.size;
    return this.size - 1;
  }

  /** A key in hex, by its ordinal. @param {number} ordinal */
  text(ordinal) {
    const words = [...this.keys.subarray(4 * ordinal, 4 * ordinal + 4)];
    return words.map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  #slot() {
    const { key, keys, slots } = this;
    const mask = slots.length - 1;
    let slot = this.#hash(key[0], key[1], key[2], key[3]) & mask;
    for (; slots[slot]; slot = (slot + 1) & mask) {
      const at = 4 * (slots[slot] - 1);
      if (keys[at] === key[0] && keys[at + 1] === key[1] && keys[at + 2] === key[2] && keys[at + 3] === key[3]) break;
    }
    return slot;
  }

  #hash(a, b, c, d) {
    const { salt } = this;
    let sum = Math.imul(a ^ salt[0], 0x9e3779b1);
    sum = Math.imul((sum ^ (sum >>> 15)) + (b ^ salt[1]), 0x85ebca6b);
    sum = Math.imul((sum ^ (sum >>> 13)) + (c ^ salt[2]), 0xc2b2ae35);
    sum = Math.imul((sum ^ (sum >>> 16)) + (d ^ salt[3]), 0x27d4eb2f);
    return (sum ^ (sum >>> 15)) >>> 0;
  }

  #grow() {
    const mask = 2 * this.slots.length - 1;
    const slots = new Int32Array(mask + 1);
    for (let ordinal = 0; ordinal < this.size; ordinal++) {
      const at = 4 * ordinal;
      const { keys } = this;
      let slot = this.#hash(keys[at], keys[at + 1], keys[at + 2], keys[at + 3]) & mask;
      while (slots[slot]) slot = (slot + 1) & mask;
      slots[slot] = ordinal + 1;
    }
    this.slots = slots;
  }
}

/** Twice the room, the same numbers. @template {Uint8Array | Uint16Array | Uint32Array | Float64Array} T @param {T} numbers @returns {T} */
export function longer(numbers) {
  const made = new /** @type {any} */ (numbers.constructor)(2 * numbers.length);
  made.set(numbers);
  return made;
}
