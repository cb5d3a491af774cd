import { sha256 } from "@noble/hashes/sha2.js";
import { compareBytes, fromUtf8, toUtf8 } from "./bytes.js";
import { Lines } from "./lines.js";

const MOST_TICKETS = 50_000_000;
const HEADING = "entrant,tickets";
const LINE = /^([0-9a-f]{32}),([1-9][0-9]{0,2}|1000)$/;
const LONGEST = 100;

/** The smallest numbers of a draw, in one pass over the pool (draw §5). */
export class Numbers {
  /** @param {string} seed @param {number} most how many are kept */
  constructor(seed, most) {
    this.start = sha256.create().update(toUtf8(`${seed}\n`));
    this.scratch = sha256.create();
    this.most = most;
    /** A heap, the largest on top. @type {{number: Uint8Array, entrant: Uint8Array}[]} */
    this.heap = [];
    this.found = new Uint8Array(32);
    this.best = new Uint8Array(32);
    this.tail = new Uint8Array(32 + 1 + 4 + 1);
    this.suffixes = Array.from({ length: 1001 }, (_, ticket) => toUtf8(`${ticket}\n`));
  }

  /** An entrant's number, the smallest hash of its tickets; valid until the next call. @param {Uint8Array} entrant @param {number} tickets */
  of(entrant, tickets) {
    const { tail, found, best, scratch } = this;
    tail.set(entrant);
    tail[32] = 10;
    for (let ticket = 1; ticket <= tickets; ticket++) {
      const suffix = this.suffixes[ticket];
      tail.set(suffix, 33);
      this.start._cloneInto(scratch).update(tail.subarray(0, 33 + suffix.length)).digestInto(found);
      if (ticket === 1 || compareBytes(found, best) < 0) best.set(found);
    }
    return best;
  }

  /** @param {Uint8Array} entrant @param {number} tickets */
  add(entrant, tickets) {
    if (!this.most) return;
    const number = this.of(entrant, tickets);
    const full = this.heap.length === this.most;
    if (full && compare({ number, entrant }, this.heap[0]) >= 0) return;
    const own = { number: number.slice(), entrant: entrant.slice() };
    if (full) this.#replaceTop(own);
    else this.#push(own);
  }

  #push(own) {
    const { heap } = this;
    let at = heap.push(own) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (compare(heap[above], heap[at]) >= 0) break;
      [heap[above], heap[at]] = [heap[at], heap[above]];
      at = above;
    }
  }

  #replaceTop(own) {
    const { heap } = this;
    heap[0] = own;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let largest = at;
      if (left < heap.length && compare(heap[left], heap[largest]) > 0) largest = left;
      if (right < heap.length && compare(heap[right], heap[largest]) > 0) largest = right;
      if (largest === at) return;
      [heap[largest], heap[at]] = [heap[at], heap[largest]];
      at = largest;
    }
  }

  /** The ranking, as far as it was kept. */
  ranked() {
    return this.heap.sort(compare);
  }
}

function compare(one, other) {
  return compareBytes(one.number, other.number) || compareBytes(one.entrant, other.entrant);
}

/**
 * Read `pool.csv`, each line judged on its way (step 7, draw §2), and number its entrants.
 * @param {import("./report.js").Report} report @param {AsyncIterable<Uint8Array>} pieces @param {string} name
 * @param {import("./entries.js").Entries} entries @param {Numbers | null} numbers
 */
export async function readPool(report, pieces, name, entries, numbers) {
  const seen = { entrants: 0, tickets: 0 };
  let [place, before, enough] = [0, "", false];

  /** @param {Uint8Array} line @param {boolean} whole */
  function take(line, whole) {
    if (enough) return;
    place++;
    const text = fromUtf8(line) ?? "\ufffd";
    const match = LINE.exec(text);
    if (place === 1) report.compare(7, "line", HEADING, text, name, place);
    else if (!match || !whole) report.differ(7, "line", "<32 hex>,<1…1000> LF", text, name, place);
    if (!match) return;
    const [, entrant, count] = match;
    const tickets = Number(count);
    if (entrant <= before) report.differ(7, "order", `> ${before}`, entrant, name, place);
    before = entrant;
    seen.entrants++;
    seen.tickets += tickets;
    report.compare(7, "folded", entries.pop(entrant), tickets, entrant);
    if (seen.tickets > MOST_TICKETS) {
      report.differ(7, "tickets", `≤ ${MOST_TICKETS}`, `≥ ${seen.tickets}`);
      enough = true;
      return;
    }
    numbers?.add(line.subarray(0, 32), tickets);
  }

  const lines = new Lines(LONGEST, take);
  for await (const piece of pieces) await lines.push(piece);
  await lines.end();
  return seen;
}
