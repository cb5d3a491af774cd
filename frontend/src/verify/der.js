import { instant } from "./instants.js";
import { Refused } from "./refused.js";

const MOST = 1000; // values in one sequence

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BITS = 0x03;
export const OCTETS = 0x04;
export const NULL = 0x05;
export const OID = 0x06;
export const UTC_TIME = 0x17;
export const TIME = 0x18;
export const SEQUENCE = 0x30;
export const SET = 0x31;
/** A tag of its own in a structure, constructed. @param {number} number */
export const tagged = (number) => 0xa0 + number;

/** One value in DER (X.690), read no deeper than it is asked: nothing here calls itself, whatever the bytes are. */
export class Der {
  /** @param {number} tag @param {Uint8Array} body @param {Uint8Array} raw the whole encoding */
  constructor(tag, body, raw) {
    this.tag = tag;
    this.body = body;
    this.raw = raw;
  }

  /** The values inside, one after the other. @param {number} tag */
  fields(tag = SEQUENCE) {
    if (this.tag !== tag) throw new Refused("der", hex(tag), hex(this.tag));
    const found = [];
    for (let rest = this.body; rest.length; ) {
      const one = first(rest);
      if (found.push(one) > MOST) throw new Refused("der", `≤ ${MOST}`, "…");
      rest = rest.subarray(one.raw.length);
    }
    return new Fields(found);
  }

  /** All the values of a set or sequence. @param {number} tag */
  items(tag) {
    return this.fields(tag).items;
  }

  /** An object identifier in numbers and dots. */
  get oid() {
    if (this.tag !== OID || !this.body.length || this.body.length > 64 || this.body.at(-1) & 128) throw new Refused("der", "OID", hex(this.tag));
    const arcs = [];
    let arc = 0n;
    let begun = false;
    for (const byte of this.body) {
      if (!begun && byte === 128) throw new Refused("der", "OID", hex(byte));
      arc = arc * 128n + BigInt(byte & 127);
      begun = byte > 127;
      if (begun) continue;
      arcs.push(arc);
      arc = 0n;
    }
    const head = arcs[0] < 80n ? arcs[0] / 40n : 2n;
    return [head, arcs[0] - head * 40n, ...arcs.slice(1)].join(".");
  }

  /** An integer that is not negative. */
  get integer() {
    const { tag, body } = this;
    const padded = body.length > 1 && body[0] === 0 && body[1] < 128;
    if (tag !== INTEGER || !body.length || body[0] > 127 || padded) throw new Refused("der", "INTEGER", hex(tag));
    return toNumber(body);
  }

  /** Whole bytes of a bit string. */
  get bits() {
    if (this.tag !== BITS || this.body[0] !== 0) throw new Refused("der", "BIT STRING", hex(this.tag));
    return this.body.subarray(1);
  }

  /** The name of an AlgorithmIdentifier, and its parameters where there are some. */
  get algorithm() {
    const fields = this.fields();
    const name = fields.next().oid;
    const parameters = fields.items[fields.at] ? fields.next() : null;
    fields.end();
    if (parameters?.tag === NULL && parameters.body.length) throw new Refused("der", "NULL", parameters.body.length);
    return { name, parameters };
  }

  /** @param {number} tag */
  bytes(tag = OCTETS) {
    if (this.tag !== tag) throw new Refused("der", hex(tag), hex(this.tag));
    return this.body;
  }

  /** A time in UTC, in whole seconds since 1970. */
  get time() {
    const text = String.fromCharCode(...this.body.subarray(0, 40));
    const form = this.tag === UTC_TIME ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{0,9}[1-9])?Z$/;
    const match = this.tag === UTC_TIME || this.tag === TIME ? form.exec(text) : null;
    if (!match) throw new Refused("der", "TIME", text);
    const [year, month, day, hour, minute, second] = match.slice(1);
    const full = this.tag === TIME ? year : `${year < "50" ? "20" : "19"}${year}`;
    const found = instant(`${full}-${month}-${day}T${hour}:${minute}:${second}Z`);
    if (found === null) throw new Refused("der", "TIME", text);
    return found;
  }
}

/** The values of a sequence, taken in their order. */
export class Fields {
  /** @param {Der[]} items */
  constructor(items) {
    this.items = items;
    this.at = 0;
  }

  /** The next value, whatever it is. */
  next() {
    if (this.at >= this.items.length) throw new Refused("der", "…", "—");
    return this.items[this.at++];
  }

  /** The next value, where it has this tag. @param {number} tag */
  maybe(tag) {
    return this.items[this.at]?.tag === tag ? this.items[this.at++] : null;
  }

  /** Nothing follows. */
  end() {
    if (this.at < this.items.length) throw new Refused("der", "—", hex(this.items[this.at].tag));
  }
}

/** Read bytes that are one value and no more. @param {Uint8Array} bytes */
export function readDer(bytes) {
  const one = first(bytes);
  if (one.raw.length !== bytes.length) throw new Refused("der", one.raw.length, bytes.length);
  return one;
}

/** @param {Uint8Array} bytes */
function first(bytes) {
  const [tag, short] = bytes;
  if (bytes.length < 2 || (tag & 31) === 31) throw new Refused("der", "TAG", hex(tag ?? 0));
  let [at, length] = [2, short];
  if (short > 127) {
    at += short - 128;
    if (short === 128 || short > 132 || at > bytes.length) throw new Refused("der", "LENGTH", hex(short));
    length = bytes.subarray(2, at).reduce((sum, byte) => sum * 256 + byte, 0);
    // The shortest way to write a length is the only one.
    if (bytes[2] === 0 || length < 128) throw new Refused("der", "LENGTH", length);
  }
  if (at + length > bytes.length) throw new Refused("der", `≤ ${bytes.length - at}`, length);
  return new Der(tag, bytes.subarray(at, at + length), bytes.subarray(0, at + length));
}

/** @param {Uint8Array} bytes */
export function toNumber(bytes) {
  let text = "0x0";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return BigInt(text);
}

const hex = (value) => value.toString(16).padStart(2, "0");
