import { Inflate } from "fflate";
import { joinBytes, sameBytes } from "./bytes.js";
import { crc32 } from "./crc32.js";
import { NotABundle, Refused } from "./refused.js";

export const MIB = 1 << 20;
const LARGEST_ENTRY = 4096 * MIB - 1;
const LARGEST_ALL = 6144 * MIB;
const LARGEST_INDEX = 32 * MIB;
const SLICE = MIB; // read from the file at once
const SIP = 1 << 15; // given to the decompressor at once: what comes out stays below 34 MB, whatever it is
// Bits of an entry's flags: all that may be set; its sizes stand behind its bytes.
const KNOWN = 0x80e;
const BEHIND = 0x8;
const gapsAfter = (behind) => (behind ? [12, 16] : [0]); // bytes between an entry and what comes after it

/**
 * @typedef {{raw: Uint8Array, flags: number, method: number, crc: number, packed: number, size: number, offset: number,
 *   start: number}} Member
 */

/** A zip file read with strict limits: one entry a name, no encryption, nothing hidden, real sizes (bundle §2). */
export class Archive {
  /** @param {Blob} blob */
  constructor(blob) {
    this.blob = blob;
    /** @type {Map<string, Member>} */
    this.members = new Map();
    this.end = 0;
    this.unpacked = 0;
  }

  /** @param {Blob} blob */
  static async open(blob) {
    const archive = new Archive(blob);
    await archive.#readIndex();
    await archive.#readHeads();
    return archive;
  }

  /** @param {number} start @param {number} length */
  async #at(start, length) {
    return new Uint8Array(await this.blob.slice(start, start + length).arrayBuffer());
  }

  async #readIndex() {
    const length = this.blob.size;
    if (length < 22) throw new NotABundle("not_zip");
    const view = new DataView((await this.#at(length - 22, 22)).buffer);
    if (view.getUint32(0, true) !== 0x06054b50 || view.getUint16(20, true)) throw new NotABundle("not_zip");
    const [disk, first, here, count] = [4, 6, 8, 10].map((place) => view.getUint16(place, true));
    const [size, offset] = [12, 16].map((place) => view.getUint32(place, true));
    const whole = offset + size === length - 22;
    if (disk || first || here !== count || !whole || size > LARGEST_INDEX) throw new NotABundle("damaged", "index");
    const index = await this.#at(offset, size);
    let place = 0;
    for (let n = 0; n < count; n++) place = this.#add(index, place);
    if (place !== size) throw new NotABundle("damaged", "index");
    this.end = offset;
  }

  /** @param {Uint8Array} index @param {number} place */
  #add(index, place) {
    if (place + 46 > index.length) throw new NotABundle("damaged", "index");
    const view = new DataView(index.buffer, index.byteOffset + place);
    const short = (at) => view.getUint16(at, true);
    const long = (at) => view.getUint32(at, true);
    const raw = index.subarray(place + 46, place + 46 + short(28));
    if (long(0) !== 0x02014b50 || raw.length !== short(28)) throw new NotABundle("damaged", "index");
    const flags = short(8);
    const name = String.fromCharCode(...raw);
    if (!name || name[0] === "/" || name.includes("..") || /[^ -~]|[\\:]/.test(name)) {
      throw new NotABundle("bad_name", name);
    }
    if (this.members.has(name)) throw new NotABundle("twice", name);
    if (flags & ~KNOWN) throw new NotABundle("encrypted", name);
    const method = short(10);
    if (method !== 0 && method !== 8) throw new NotABundle("method", name, method);
    this.members.set(name, {
      raw, flags, method, crc: long(16), packed: long(20), size: long(24), offset: long(42), start: 0,
    });
    return place + 46 + short(28) + short(30) + short(32);
  }

  /** Find where the bytes of each file begin; its own header must agree with the index, nothing may stand between. */
  async #readHeads() {
    let free = 0;
    let gaps = gapsAfter(false);
    const inOrder = [...this.members].sort(([, one], [, other]) => one.offset - other.offset);
    for (const [name, member] of inOrder) {
      const head = await this.#at(member.offset, 30 + member.raw.length);
      if (head.length < 30 + member.raw.length) throw new NotABundle("damaged", name);
      const view = new DataView(head.buffer);
      const behind = Boolean(member.flags & BEHIND);
      const known = [member.crc, member.packed, member.size];
      const same =
        view.getUint32(0, true) === 0x04034b50 &&
        view.getUint16(6, true) === member.flags &&
        view.getUint16(8, true) === member.method &&
        (behind || known.every((value, n) => view.getUint32(14 + 4 * n, true) === value)) &&
        view.getUint16(26, true) === member.raw.length &&
        sameBytes(head.subarray(30), member.raw);
      member.start = member.offset + 30 + member.raw.length + view.getUint16(28, true);
      if (!same || !gaps.includes(member.offset - free)) throw new NotABundle("damaged", name);
      free = member.start + member.packed;
      gaps = gapsAfter(behind);
    }
    if (!gaps.includes(this.end - free)) throw new NotABundle("damaged", "index");
  }

  /**
   * Give the real bytes of one file, in pieces; NotABundle where they are not as announced.
   * @param {string} name @returns {AsyncGenerator<Uint8Array>}
   */
  async *stream(name) {
    const member = /** @type {Member} */ (this.members.get(name));
    /** @type {Uint8Array[]} */
    let out = [];
    const inflate = new Inflate((piece) => out.push(piece));
    let size = 0;
    let crc = 0;
    for (let at = 0; at < member.packed; at += SLICE) {
      const slice = await this.#at(member.start + at, Math.min(SLICE, member.packed - at));
      for (let sip = 0; sip < slice.length; sip += SIP) {
        const bytes = slice.subarray(sip, sip + SIP);
        if (member.method) {
          try {
            inflate.push(bytes, at + sip + bytes.length === member.packed);
          } catch {
            throw new NotABundle("damaged", name);
          }
        } else {
          out.push(bytes);
        }
        for (const piece of out) {
          size += piece.length;
          if (size > LARGEST_ENTRY || (size > MIB && size > 1000 * member.packed)) throw new NotABundle("beyond", name);
          crc = crc32(piece, crc);
          if (piece.length) yield piece;
        }
        out = [];
      }
    }
    if ((member.method && !isAtItsEnd(inflate)) || size !== member.size || crc !== member.crc) {
      throw new NotABundle("damaged", name);
    }
  }

  /** Count what is unpacked: more than 6 GiB in all is no bundle. @param {number} length */
  count(length) {
    this.unpacked += length;
    if (this.unpacked > LARGEST_ALL) throw new NotABundle("beyond_all");
  }

  /** Read a small file whole. @param {string} name @param {number} [limit] */
  async read(name, limit = MIB) {
    const member = this.members.get(name);
    if (!member) throw new Refused("absent", name);
    if (member.size > limit) throw new Refused("too_long", name, limit);
    const pieces = [];
    for await (const piece of this.stream(name)) pieces.push(piece);
    return joinBytes(pieces);
  }
}

/**
 * Whether the last block was read and nothing follows it. fflate says neither, so this looks at its state:
 * `s.f` the last block has begun, `s.l` a block is under way, `s.p` bits used of the first byte of what is left, `p`.
 * @param {any} inflate
 */
function isAtItsEnd(inflate) {
  return Boolean(inflate.s.f && !inflate.s.l) && inflate.p.length <= (inflate.s.p ? 1 : 0);
}
