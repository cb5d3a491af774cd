import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Awards } from "./awards.js";
import { knownAt, roundAt } from "./beacon.js";
import { fromHex, toHex, toUtf8 } from "./bytes.js";
import { Entries } from "./entries.js";
import { DAY, instant, when } from "./instants.js";
import { canonical, parse } from "./json.js";
import { Phrase, Refused } from "./refused.js";
import { checkRecord, papers as arePapers, revealed as isRevealed } from "./shapes.js";
import { Terms } from "./terms.js";
import { Tree } from "./tree.js";

const LONGEST = 65_535;
const MOVES = ["entry.withdrawn", "entry.excluded", "entry.reinstated"];
const AFTER = ["award.offered", "award.confirmed", "award.forfeited", "alternate.promoted"];
const MINUTES = ["minutes.issued", "minutes.annulled"];
/** What may stand in each stage (journal §4); the stages in their order. @type {Record<string, string[]>} */
const ALLOWED = {
  draft: ["campaign.published"],
  open: [...MOVES, "campaign.amended", "entry.accepted", "campaign.closed", "campaign.voided"],
  closed: [...MOVES, "draw.postponed", "pool.frozen", "campaign.voided"],
  frozen: ["draw.completed", "campaign.voided"],
  drawn: [...AFTER, ...MINUTES, "campaign.settled", "campaign.voided"],
  settled: MINUTES,
  void: MINUTES,
};
const ORDER = Object.keys(ALLOWED);
/** @type {Record<string, string>} */
const LEADS = {
  "campaign.published": "open", "campaign.closed": "closed", "pool.frozen": "frozen", "draw.completed": "drawn",
  "campaign.settled": "settled", "campaign.voided": "void",
};
const LEVELS = ["beacon", "ceremony", "rehearsal"];

/**
 * One reading of the records, from the first to the last: a fold that tells on its way what is wrong.
 * @typedef {{name: string, rows: string[][], length: number}} Ranking
 */
export class Journal {
  /**
   * @param {import("./report.js").Report} report
   * @param {(draw: string) => Promise<Ranking | null>} readRanking
   * @param {Set<string>} wanted entries whose commitment step 15 needs
   */
  constructor(report, readRanking, wanted) {
    this.report = report;
    this.readRanking = readRanking;
    this.wanted = wanted;
    this.tree = new Tree();
    this.place = -1;
    this.campaign = "";
    this.stage = "draft";
    this.last = "";
    /** @type {any} */
    this.source = {};
    /** @type {Terms | null} */
    this.terms = null;
    this.version = 0;
    /** @type {Map<string, string>} */
    this.papers = new Map();
    /** Number of the minutes, and whether they stand. @type {Map<number, boolean>} */
    this.minutes = new Map();
    this.entries = new Entries();
    /** @type {Record<string, number>} */
    this.counts = {};
    /** @type {Map<string, {entrant: string, commitment: unknown}>} */
    this.commitments = new Map();
    /** @type {number | null} */
    this.drawsAt = null;
    this.postponements = 0;
    /** When the draw was postponed after what was to decide it was known. */
    this.late = "";
    this.closedAt = "";
    /** @type {any} */
    this.freeze = null;
    this.freezeSize = 0;
    this.freezeRoot = "";
    /** @type {any} */
    this.draw = null;
    /** @type {Ranking | null} */
    this.ranking = null;
    /** @type {Awards | null} */
    this.awards = null;
  }

  /** Take one line; a promise only where a file must be read in between. @param {Uint8Array} line @param {boolean} whole */
  read(line, whole) {
    this.place++;
    this.tree.append(line);
    try {
      const record = this.#judge(line, whole);
      return record ? this.#take(record) : undefined;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.report.refuse(2, error);
      return undefined;
    }
  }

  /** Judge at step 2 whether a line is a canonical record, of a known kind, as specified. */
  #judge(line, whole) {
    const { place, report } = this;
    if (!whole || line.length > LONGEST) report.fail(2, "line_length", place, line.length);
    const { value, text, exact } = parse(line, new Phrase("record", place));
    if (text !== exact) {
      let at = 0;
      while (text[at] === exact[at]) at++;
      report.differ(2, "encoding", exact.slice(at, at + 40), text.slice(at, at + 40), place, at);
    }
    const { wrong, usable } = checkRecord(place, value);
    for (const key of wrong) report.fail(2, "shape", place, value.kind, key, value[key] ?? "—");
    return usable ? value : null;
  }

  #take(record) {
    const { place, report } = this;
    const { kind, at } = record;
    this.campaign ||= record.campaign;
    report.compare(2, "campaign", this.campaign, record.campaign, place);
    if (at.slice(0, 16) < this.last.slice(0, 16)) report.differ(5, "backwards", `≥ ${this.last}`, at, place);
    if (at > this.last) this.last = at;
    if (!ALLOWED[this.stage].includes(kind)) report.differ(5, "stage", ALLOWED[this.stage].join(", "), kind, place, new Phrase(`at_${this.stage}`));
    if (!this.freeze) this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    const before = this.stage;
    const waiting = this.#fold(kind, record, before);
    if (kind in LEADS && ORDER.indexOf(LEADS[kind]) > ORDER.indexOf(before)) this.stage = LEADS[kind];
    return waiting;
  }

  #fold(kind, record, stage) {
    if (kind === "entry.accepted") return this.#accepted(record);
    if (MOVES.includes(kind)) return this.#moved(record);
    if (kind === "campaign.published") return this.#published(record);
    if (kind === "campaign.amended") return this.#amended(record);
    if (kind === "campaign.closed") return this.#closed(record);
    if (kind === "draw.postponed") return this.#postponed(record);
    if (kind === "pool.frozen") return this.#frozen(record);
    if (kind === "draw.completed") return this.#completed(record);
    if (AFTER.includes(kind)) return this.awards?.take(this.place, record);
    if (kind === "campaign.settled") return stage === "drawn" ? this.awards?.settle(this.place, record) : undefined;
    if (kind === "minutes.issued") return this.#issued(record);
    if (kind === "minutes.annulled") return this.#annulled(record);
    return undefined;
  }

  #published(record) {
    if (this.terms) return;
    this.source = record.source;
    this.version = 1;
    this.#define(1, record);
  }

  #amended(record) {
    this.version++;
    this.report.compare(4, "amendment", this.version, record.number, this.place);
    this.#define(record.number, record);
  }

  #define(number, record) {
    if (arePapers(record.papers)) {
      for (const [language, digest] of Object.entries(record.papers)) this.papers.set(`papers/rules-${number}-${language}.html`, digest);
    }
    if (this.stage !== "draft" && this.stage !== "open") return;
    this.terms = new Terms(record.definition);
    this.drawsAt = this.terms.draws;
  }

  #accepted(record) {
    if (this.freeze) return;
    const { place, report, terms } = this;
    if (!this.entries.accept(record.entry, record.entrant, record.tickets)) {
      report.fail(5, "again", place, record.entry);
      return;
    }
    if (this.wanted.has(record.entry)) {
      this.commitments.set(record.entry, { entrant: record.entrant, commitment: record.commitment });
    }
    if (record.rules > this.version) report.differ(5, "version", `≤ ${this.version}`, record.rules, place);
    if (!terms || terms.opens === null || terms.closes === null) return;
    const opens = Math.floor(terms.opens / 60) * 60;
    const at = instant(record.at) ?? 0;
    if (at < opens || at >= terms.closes) report.differ(5, "hours", `≥ ${when(opens)}, < ${when(terms.closes)}`, record.at, place);
  }

  #moved(record) {
    if (this.freeze) return;
    const owner = this.entries.move(record.kind, record.entry);
    if (owner === null) this.report.fail(5, "state", this.place, record.kind, record.entry);
    else this.report.compare(5, "of_entrant", owner, record.entrant, this.place);
  }

  /** Judge at step 4 whether the answers revealed are those that the definition sealed (journal §8). */
  #closed(record) {
    this.closedAt ||= record.at;
    const sealed = this.terms?.sealed ?? [];
    const lines = isRevealed(record.revealed) ? record.revealed : [];
    for (const { answers, key, sealed: told } of lines) {
      const found = toHex(hmac(sha256, fromHex(key), toUtf8(`contests/answers/v1\n${canonical(answers)}`)));
      if (found !== told || !sealed.includes(found)) this.report.differ(4, "answers", sealed.join(" / ") || "—", found, this.place);
    }
    const shown = new Set(lines.map((line) => line.sealed));
    for (const missing of new Set(sealed)) if (!shown.has(missing)) this.report.fail(4, "unrevealed", this.place, missing);
  }

  /** Judge at step 8 a postponement: by whole days, before what it waits for is known (draw §3). */
  #postponed(record) {
    const [before, after] = [this.drawsAt, instant(record.draws_at) ?? 0];
    const { place, report } = this;
    if (before === null || this.freeze) return;
    const beacon = this.source.source === "drand";
    if (after <= before || (after - before) % DAY) report.differ(8, "postponed", `${when(before)} + n × 24 h`, when(after), place);
    const [replaced, known] = [before, after].map((due) => (beacon ? knownAt(roundAt(due)) : due));
    const at = instant(record.at) ?? 0;
    if (at >= known) report.differ(8, "postponed_at", `< ${when(known)}`, record.at, place);
    else if (at >= replaced) this.late = record.at;
    report.compare(8, "round", beacon ? roundAt(after) : 0, record.round ?? 0, new Phrase("record", place));
    this.drawsAt = after;
    this.postponements++;
  }

  #frozen(record) {
    if (this.freeze) return;
    this.freeze = record;
    this.freezeSize = this.place + 1;
    this.freezeRoot = this.tree.root();
    this.entries.freeze();
  }

  /** The draw, the only one. */
  async #completed(record) {
    if (this.draw) {
      this.report.fail(13, "second_draw", this.place, record.draw);
      return;
    }
    this.draw = record;
    const draw = this.freeze ? this.freeze.draw : record.draw;
    this.report.compare(5, "of_draw", draw, record.draw, this.place);
    this.ranking = await this.readRanking(draw);
    if (this.terms && this.ranking) this.awards = new Awards(this.report, draw, this.terms, this.ranking.rows);
  }

  /** Minutes are numbered from 1, of the draw that was completed. */
  #issued(record) {
    const { place, report } = this;
    report.compare(5, "minutes", this.minutes.size + 1, record.number, place, "number");
    report.compare(5, "minutes", this.draw?.draw ?? "—", record.draw, place, "draw");
    if (!arePapers(record.papers) || !arePapers(record.pdfs)) return;
    report.compare(5, "minutes", Object.keys(record.papers).join(), Object.keys(record.pdfs).join(), place, "pdfs");
    this.minutes.set(record.number, true);
    for (const [kind, digests] of Object.entries({ html: record.papers, pdf: record.pdfs })) {
      for (const [language, digest] of Object.entries(digests)) this.papers.set(`papers/minutes-${record.number}-${language}.${kind}`, digest);
    }
  }

  #annulled(record) {
    if (!this.minutes.get(record.number)) {
      const standing = [...this.minutes].filter(([, stands]) => stands).map(([number]) => number);
      this.report.differ(5, "minutes", standing.join(", ") || "—", record.number, this.place, "number");
    }
    this.minutes.set(record.number, false);
  }

  /** Of what was published and what was drawn, the weaker. */
  get level() {
    const sources = [this.source.source, this.draw?.source.source].filter(Boolean);
    const levels = sources.map((source) => LEVELS.indexOf(source === "drand" ? "beacon" : source));
    return levels.length ? LEVELS[Math.max(...levels)] : null;
  }
}
