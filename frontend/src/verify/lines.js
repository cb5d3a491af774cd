import { joinBytes } from "./bytes.js";

const LF = 10;

/** Cuts pieces into lines without their LF; a line beyond `limit` is cut there and told as not whole. */
export class Lines {
  /** @param {number} limit @param {(line: Uint8Array, whole: boolean) => void | Promise<void>} take */
  constructor(limit, take) {
    this.limit = limit;
    this.take = take;
    /** @type {Uint8Array[]} */
    this.rest = [];
    this.length = 0;
  }

  /** @param {Uint8Array} piece */
  async push(piece) {
    let at = 0;
    for (let end = piece.indexOf(LF); end >= 0; end = piece.indexOf(LF, at)) {
      // Nearly every line lies in one piece: no promise and no copy for those.
      const waiting = this.length ? this.#give(piece.subarray(at, end)) : this.#judge(piece.subarray(at, end), true);
      if (waiting) await waiting;
      at = end + 1;
    }
    this.#keep(piece.subarray(at));
  }

  /** A last line without LF. */
  async end() {
    if (this.length) await this.#judge(joinBytes(this.rest), false);
  }

  /** @param {Uint8Array} bytes */
  #keep(bytes) {
    if (!bytes.length) return;
    const room = this.limit + 1 - this.length;
    // A copy: the piece may be a view of something large.
    if (room > 0) this.rest.push(bytes.slice(0, room));
    this.length += bytes.length;
  }

  /** @param {Uint8Array} last */
  #give(last) {
    this.#keep(last);
    const line = joinBytes(this.rest);
    this.rest = [];
    this.length = 0;
    return this.#judge(line, true);
  }

  /** @param {Uint8Array} line @param {boolean} whole */
  #judge(line, whole) {
    return line.length > this.limit ? this.take(line.subarray(0, this.limit), false) : this.take(line, whole);
  }
}
