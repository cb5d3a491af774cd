const BEFORE = { "award.offered": ["won", "promoted"], "alternate.promoted": ["forfeited"] };

/** What became of each prize unit (draw §6). */
export class Awards {
  /**
   * @param {import("./report.js").Report} report @param {string} draw @param {import("./terms.js").Terms} terms
   * @param {string[][]} rows the lines of `ranking.csv`
   */
  constructor(report, draw, terms, rows) {
    this.report = report;
    this.draw = draw;
    this.terms = terms;
    this.rows = rows;
    /** @type {Map<string, {state: string, holder: string}>} */
    this.units = new Map(terms.units(rows.length).map((unit, at) => [unit, { state: "won", holder: rows[at][2] }]));
    this.next = this.units.size + 1; // the rank of the next alternate
    this.used = new Set();
    this.seen = 0;
  }

  /** Judge one `award.*` or `alternate.promoted`, then go on from there. @param {number} place @param {any} record */
  take(place, record) {
    const { kind, prize, entrant } = record;
    const { report } = this;
    this.seen++;
    report.compare(13, "of_draw", this.draw, record.draw, place);
    const unit = this.units.get(prize);
    if (!unit) {
      report.fail(13, "undrawn", place, prize);
      return;
    }
    const allowed = BEFORE[kind] ?? ["offered"];
    if (!allowed.includes(unit.state)) report.differ(13, "award", allowed.join("/"), unit.state, place, kind, prize);
    if (kind === "alternate.promoted") this.#promote(place, record);
    else report.compare(13, "award_to", unit.holder, entrant, place, kind, prize);
    if (kind === "award.forfeited" && !this.terms.forfeits.includes(record.reason)) {
      report.differ(13, "forfeit", this.terms.forfeits.join("/") || "—", record.reason, place);
    }
    unit.holder = entrant;
    unit.state = kind.split(".")[1];
  }

  /** @param {number} place @param {any} record */
  #promote(place, { rank, entrant }) {
    this.report.compare(13, "promoted", this.next <= this.rows.length ? this.next : "—", rank, place);
    if (rank <= this.rows.length) this.report.compare(13, "alternate", this.rows[rank - 1][2], entrant, place, rank);
    this.used.add(rank);
    while (this.used.has(this.next)) this.next++;
  }

  /** Judge `campaign.settled`: every unit has an end, and the counts are right. @param {number} place @param {any} record */
  settle(place, record) {
    this.seen++;
    let [confirmed, forfeited] = [0, false];
    for (const [prize, { state }] of this.units) {
      confirmed += Number(state === "confirmed");
      forfeited ||= state === "forfeited";
      if (["won", "offered", "promoted"].includes(state)) this.report.fail(13, "pending", place, prize);
    }
    if (forfeited && this.next <= this.rows.length) this.report.fail(13, "unpromoted", place, this.next);
    this.report.compare(13, "settled", confirmed, record.confirmed, place, "confirmed");
    this.report.compare(13, "settled", this.terms.unitCount - confirmed, record.unawarded, place, "unawarded");
  }
}
