import { sha256 } from "@noble/hashes/sha2.js";
import { fromUtf8, toHex } from "./bytes.js";
import { Journal } from "./journal.js";
import { Lines } from "./lines.js";
import { readLegal } from "./legal.js";
import { parseVkey } from "./note.js";
import { NotABundle, Refused } from "./refused.js";
import { Report } from "./report.js";
import { MIB } from "./zip.js";

const RECORDS = "journal/records.jsonl";
const REQUIRED = ["manifest.json", RECORDS, "journal/checkpoint", "journal/vkey"];
const MOST_ROWS = 1_000_000;
const HEADING = "rank,number,entrant,prize";
const ROW = 300; // no line of a ranking is longer

/** One bundle under examination. */
export class Case {
  /** @param {import("./zip.js").Archive} archive @param {(done: number) => void} progress `done` from 0 to 1 */
  constructor(archive, progress) {
    const missing = REQUIRED.filter((name) => !archive.members.has(name));
    if (missing.length) throw new NotABundle("lacking", missing.join(", "));
    this.archive = archive;
    this.report = new Report();
    /** SHA-256 of every file. @type {Map<string, string>} */
    this.digests = new Map();
    /** @type {import("./note.js").Key | null} */
    this.key = null;
    /** @type {Awaited<ReturnType<typeof readLegal>> | null} */
    this.legal = null;
    this.journal = new Journal(this.report, (draw) => this.#readRanking(draw), new Set());
    /** The freeze checkpoint. @type {import("./note.js").Checkpoint | null} */
    this.head = null;
    /** @type {{number: Uint8Array, entrant: Uint8Array}[] | null} */
    this.top = null;
    this.done = 0;
    // Every file is read once, and the pool once more.
    this.total = [...archive.members].reduce((sum, [name, { size }]) => sum + size * (name.endsWith("/pool.csv") ? 2 : 1), 1);
    this.progress = progress;
    /** The full name of a file of the draw. @param {string} name */
    this.file = (name) => `draws/${this.journal.freeze?.draw ?? "?"}/${name}`;
  }

  /** The bytes of a file, with word of how far the work has come. @param {string} name */
  async *watched(name) {
    for await (const piece of this.archive.stream(name)) {
      yield piece;
      this.done += piece.length;
      this.progress(Math.min(1, this.done / this.total));
    }
  }

  /** Read everything once, so that damage shows before anything is judged; the records are judged on their way. */
  async read(legal) {
    try {
      this.key = parseVkey(await this.archive.read("journal/vkey"));
    } catch (error) {
      if (!(error instanceof Refused) || error instanceof NotABundle) throw error;
      this.report.refuse(2, error);
    }
    if (legal) await this.#readLegal(legal);
    const lines = new Lines(MIB, (line, whole) => this.journal.read(line, whole));
    for (const name of this.archive.members.keys()) {
      const digest = sha256.create();
      for await (const piece of this.watched(name)) {
        this.archive.count(piece.length);
        digest.update(piece);
        if (name === RECORDS) await lines.push(piece);
      }
      if (name === RECORDS) await lines.end();
      this.digests.set(name, toHex(digest.digest()));
    }
  }

  /** What is no legal file is a finding, not the end. @param {Blob} blob */
  async #readLegal(blob) {
    this.legal = [];
    try {
      this.legal = await readLegal(this.report, blob);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.report.refuse(15, error);
    }
    for (const line of this.legal) this.journal.wanted.add(line.entry);
  }

  /** Read `ranking.csv`; only its heading is judged here (step 11). @param {string} draw */
  async #readRanking(draw) {
    const name = `draws/${draw}/ranking.csv`;
    if (!this.archive.members.has(name)) return null;
    /** @type {string[][]} */
    const rows = [];
    let place = 0;
    const lines = new Lines(ROW, (line, whole) => {
      const text = fromUtf8(line) ?? "\ufffd";
      const parts = text.split(",");
      if (++place === 1) this.report.compare(11, "line", HEADING, text, name, 1);
      else if (rows.length < MOST_ROWS) rows.push(whole && parts.length === 4 ? parts : [text, "", "", "?"]);
    });
    for await (const piece of this.archive.stream(name)) await lines.push(piece);
    await lines.end();
    return { name, rows, length: Math.max(0, place - 1) };
  }
}
