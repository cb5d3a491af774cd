import { sameBytes } from "./bytes.js";
import { COSIGNATURE, ED25519, readKey } from "./note.js";
import { Phrase, Refused } from "./refused.js";

const LONGEST = 8192;
const MOST_LINES = 200;

/** Who must have seen a head (C2SP tlog-policy). */
export class Policy {
  /** @param {string} text */
  constructor(text) {
    /** @type {import("./note.js").Key[]} */
    this.logs = [];
    /** @type {Map<string, import("./note.js").Key>} */
    this.witnesses = new Map();
    /** @type {Map<string, {least: number, members: string[]}>} */
    this.groups = new Map();
    this.members = new Set();
    /** The name that must have seen it, or `none`. @type {string | null} */
    this.quorum = null;
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    if ([...text].length > LONGEST || lines.length > MOST_LINES) throw new Refused("too_large");
    if (/[\0-\x08\x0b-\x1f\x7f]/.test(text)) throw new Refused("control");
    for (const [at, line] of lines.entries()) {
      const words = line.split(/[ \t]+/).filter(Boolean);
      if (words.length && !words[0].startsWith("#") && !this.#take(words)) {
        throw new Refused("where", new Phrase("policy_line", at + 1), new Phrase("not_policy", line));
      }
    }
    if (this.quorum === null) throw new Refused("no_quorum_line");
  }

  /** Whether a line is as specified. @param {string[]} words */
  #take([verb, ...words]) {
    if (verb === "log") return this.#log(words);
    if (verb === "witness") return this.#witness(words);
    if (verb === "group") return this.#group(words);
    if (verb !== "quorum" || words.length !== 1 || this.quorum !== null) return false;
    this.quorum = words[0];
    return words[0] === "none" || this.#known(words[0]);
  }

  #known(name) {
    return this.witnesses.has(name) || this.groups.has(name);
  }

  #log([text, ...more]) {
    const key = text && readKey(text, ED25519);
    if (!key || more.length > 1 || hasKey(this.logs, key)) return false;
    return this.logs.push(key);
  }

  #witness([name, text, ...more]) {
    const key = text && readKey(text, COSIGNATURE);
    if (!key || more.length > 1 || name === "none" || this.#known(name) || hasKey(this.witnesses.values(), key)) return false;
    return this.witnesses.set(name, key);
  }

  #group([name, count, ...members]) {
    if (!members.length || name === "none" || this.#known(name)) return false;
    const least = { any: 1, all: members.length }[count] ?? (/^[1-9][0-9]{0,3}$/.test(count) ? Number(count) : 0);
    for (const member of members) {
      if (!this.#known(member) || this.members.has(member)) return false;
      this.members.add(member);
    }
    this.groups.set(name, { least, members });
    return 1 <= least && least <= members.length;
  }

  /** Whether these witnesses make the quorum. @param {Set<string>} saw */
  isMet(saw) {
    const met = new Set([...saw, "none"]);
    // A group stands after its members: one pass is enough.
    for (const [name, { least, members }] of this.groups) {
      if (members.filter((member) => met.has(member)).length >= least) met.add(name);
    }
    return met.has(this.quorum);
  }
}

/** @param {Iterable<import("./note.js").Key>} keys @param {import("./note.js").Key} key */
function hasKey(keys, key) {
  for (const one of keys) if (sameBytes(one.public, key.public)) return true;
  return false;
}
