import { longer, Table } from "./table.js";

const STANDING = 1;
const EXCLUDED = 2;
const WITHDRAWN = 3;

/** Who takes part, as the records say, in numbers and no objects: a million entries must fit into a phone. */
export class Entries {
  constructor() {
    this.entries = new Table();
    this.entrants = new Table();
    this.state = new Uint8Array(1024);
    this.tickets = new Uint16Array(1024);
    this.owner = new Uint32Array(1024);
    /** Tickets by entrant, at the freeze; taken out one by one as the pool is read. */
    this.fold = new Float64Array(0);
    this.folded = { entries: 0, entrants: 0, tickets: 0 };
    this.left = 0;
  }

  /** Whether the entry is new. @param {string} entry @param {string} entrant @param {number} tickets */
  accept(entry, entrant, tickets) {
    const before = this.entries.size;
    const at = this.entries.fromText(entry).add();
    if (at < before) return false;
    if (at >= this.state.length) {
      this.state = longer(this.state);
      this.tickets = longer(this.tickets);
      this.owner = longer(this.owner);
    }
    this.state[at] = STANDING;
    this.tickets[at] = tickets;
    this.owner[at] = this.entrants.fromText(entrant).add();
    return true;
  }

  /** Withdraw, exclude or reinstate; the entrant of the entry, or null where it is not in the state that this takes. */
  move(kind, entry) {
    const at = this.entries.fromText(entry).find();
    const back = kind === "entry.reinstated";
    if (at < 0 || this.state[at] !== (back ? EXCLUDED : STANDING)) return null;
    this.state[at] = back ? STANDING : kind === "entry.excluded" ? EXCLUDED : WITHDRAWN;
    return this.entrants.text(this.owner[at]);
  }

  /** Sum the entries that stand to tickets per entrant (draw §2). */
  freeze() {
    this.fold = new Float64Array(this.entrants.size);
    for (let at = 0; at < this.entries.size; at++) {
      if (this.state[at] !== STANDING) continue;
      if (!this.fold[this.owner[at]]) this.folded.entrants++;
      this.fold[this.owner[at]] += this.tickets[at];
      this.folded.entries++;
      this.folded.tickets += this.tickets[at];
    }
    this.left = this.folded.entrants;
    this.entries = new Table();
    this.state = new Uint8Array(0);
    this.tickets = new Uint16Array(0);
    this.owner = new Uint32Array(0);
  }

  /** The tickets of an entrant by the fold; asked again, nothing is left. @param {string} entrant */
  pop(entrant) {
    const at = this.entrants.fromText(entrant).find();
    const tickets = at < 0 || at >= this.fold.length ? 0 : this.fold[at];
    if (tickets) {
      this.fold[at] = 0;
      this.left--;
    }
    return tickets;
  }

  /** Somebody of whom the pool did not speak. */
  unlisted() {
    return this.entrants.text(this.fold.findIndex((tickets) => tickets > 0));
  }
}
