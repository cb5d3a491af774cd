import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, fromUtf8, sameBytes, toHex, toUtf8 } from "./bytes.js";
import { isObject } from "./json.js";
import { fetchBytes, Log } from "./log.js";
import { openCheckpoint, parseVkey } from "./note.js";
import { Numbers } from "./pool.js";
import { Refused } from "./refused.js";
import { faultOf, parseReceipt } from "./receipt.js";
import { leafHash } from "./tree.js";

/**
 * @typedef {{text: string} | {index: number, leaf: string}} Claim a saved receipt, or place and leaf hash (hex) of a QR code
 * @typedef {{path: string, draw: string, vkey?: string}} Contest where a contest is on this site, the name of its draw, its journal's key
 * @typedef {{
 *   outcome: "honoured" | "alone" | "broken" | "unreadable" | "unreachable", signed: boolean, reason?: string, detail?: string,
 *   index?: number, size?: number, record?: any, fate?: Fate, evidence?: string,
 * }} Answer
 * @typedef {{stage: "open" | "void" | "frozen" | "drawn" | "pool-changed" | "ranking-changed" | "unknown", tickets?: number,
 *   entrants?: number, all?: number, number?: string, rank?: number, prize?: string, last?: string, winners?: number}} Fate
 */

/** Check a receipt against today's journal; it never throws. @param {Claim} claim @param {Contest} contest @param {(done: number) => void} progress @returns {Promise<Answer>} */
export async function checkReceipt(claim, contest, progress) {
  const signed = "text" in claim;
  let receipt = null;
  try {
    receipt = signed ? parseReceipt(claim.text) : null;
  } catch {
    return { outcome: "unreadable", signed };
  }
  const leaf = receipt ? receipt.leaf : fromHex(/** @type {any} */ (claim).leaf);
  const index = receipt ? receipt.index : /** @type {any} */ (claim).index;
  try {
    return { signed, index, ...(await compare(contest, receipt, leaf, index, progress)) };
  } catch (error) {
    // What `fetch` throws without a network says nothing that a person could use.
    const detail = error instanceof Refused ? String(error.values[0]) : "";
    return { signed, index, ...(receipt && contest.vkey ? byItself(contest, receipt) : { outcome: "unreachable" }), detail };
  }
}

/** What a receipt is worth without the journal: the key came with the page. @param {Contest} contest @param {import("./receipt.js").Receipt} receipt @returns {Omit<Answer, "signed">} */
function byItself(contest, receipt) {
  const vkey = toUtf8(`${contest.vkey}\n`);
  const reason = faultOf(receipt, parseVkey(vkey));
  if (reason) {
    const evidence = evidenceOf(receipt, `${contest.path}/journal`, vkey, new Uint8Array(), reason);
    return { outcome: "broken", reason, evidence };
  }
  const record = entryOf(receipt.record);
  return record ? { outcome: "alone", size: receipt.head.size, record } : { outcome: "unreadable" };
}

/** The record of an entry; null for any other bytes. @param {Uint8Array} bytes */
function entryOf(bytes) {
  try {
    const record = JSON.parse(fromUtf8(bytes) ?? "null");
    return isObject(record) && record.kind === "entry.accepted" ? record : null;
  } catch {
    return null;
  }
}

/** @param {Contest} contest @param {import("./receipt.js").Receipt | null} receipt @returns {Promise<Answer>} */
async function compare(contest, receipt, leaf, index, progress) {
  const address = `${contest.path}/journal`;
  const vkey = await fetchBytes(`${address}/vkey`, "no-cache");
  const note = await fetchBytes(`${address}/checkpoint`, "no-store");
  const broken = (reason) => ({ outcome: "broken", reason, evidence: evidenceOf(receipt, address, vkey, note, reason) });
  let key, head;
  try {
    key = parseVkey(vkey);
    head = openCheckpoint(note, key);
  } catch (error) {
    if (error instanceof Refused) return broken("today");
    throw error;
  }
  const fault = receipt && faultOf(receipt, key);
  if (fault) return broken(fault);
  const size = receipt ? receipt.head.size : index + 1;
  if (head.size < size) return broken("shrunk");
  const log = new Log(address, head.size);
  const [today, then] = await log.roots([head.size, size], new Map([[index, leaf]]));
  if (today !== head.root) return broken("changed");
  if (receipt && then !== receipt.head.root) return broken("rewritten");
  const bytes = receipt ? receipt.record : await log.record(index);
  const record = entryOf(bytes);
  if (!sameBytes(leafHash(bytes), leaf) || !record) return broken("changed");
  // The place in the journal is proved by now, whatever else cannot be read.
  const fate = await fateOf(contest, log, head, key, record, progress).catch(() => ({ stage: "unknown" }));
  return { outcome: "honoured", size: head.size, record, fate };
}

/** What became of an entry, from files that the journal's signed root confirms. @returns {Promise<Fate>} */
async function fateOf(contest, log, head, key, record, progress) {
  const folder = `${contest.path}/draws/${contest.draw}`;
  const answer = await fetch(`${folder}/checkpoint`, { cache: "no-cache" });
  if (answer.status === 404) return { stage: (await lastKind(log, head)) === "campaign.voided" ? "void" : "open" };
  const freeze = openCheckpoint(new Uint8Array(await answer.arrayBuffer()), key);
  const frozen = await confirmed(log, head, freeze.size - 1, "pool.frozen");
  const own = await readPool(`${folder}/pool.csv`, record.entrant, frozen.entrants, progress);
  if (own.digest !== frozen.pool) return { stage: "pool-changed" };
  const known = { tickets: own.tickets, entrants: frozen.entrants, all: frozen.tickets };
  if (head.size === freeze.size) return { stage: "frozen", ...known };
  const drawn = await confirmed(log, head, freeze.size, "draw.completed", "campaign.voided");
  if (drawn.kind === "campaign.voided") return { stage: "void", ...known };
  const ranking = await fetchBytes(`${folder}/ranking.csv`, "no-cache");
  if (toHex(sha256(ranking)) !== drawn.ranking) return { stage: "ranking-changed" };
  const rows = (fromUtf8(ranking) ?? "").split("\n").slice(1, -1).map((row) => row.split(","));
  const rank = rows.findIndex((row) => row[2] === record.entrant) + 1;
  return {
    stage: "drawn",
    ...known,
    number: own.tickets ? toHex(new Numbers(drawn.seed, 0).of(toUtf8(record.entrant), own.tickets)) : undefined,
    rank,
    prize: rank ? rows[rank - 1][3] : "",
    last: rows[drawn.winners - 1]?.[1],
    winners: drawn.winners,
  };
}

/** The kind of the last record. */
async function lastKind(log, head) {
  return (await confirmed(log, head, head.size - 1)).kind;
}

/** A record that today's signed root confirms, of one of these kinds. */
async function confirmed(log, head, place, ...kinds) {
  const bytes = await log.record(place);
  const [today] = await log.roots([head.size], new Map([[place, leafHash(bytes)]]));
  const record = JSON.parse(fromUtf8(bytes) ?? "null");
  if (today !== head.root || (kinds.length && !kinds.includes(record?.kind))) throw new Refused("unreadable", `record ${place}`);
  return record;
}

/** The digest of the frozen list, and the tickets of one entrant in it. */
async function readPool(address, entrant, entrants, progress) {
  const answer = await fetch(address);
  if (!answer.ok || !answer.body) throw new Refused("unreadable", `${answer.status} ${address}`);
  const digest = sha256.create();
  const reader = answer.body.getReader();
  const text = new TextDecoder();
  let [rest, tickets, length] = ["", 0, 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    digest.update(value);
    length += value.length;
    rest += text.decode(value, { stream: true });
    const at = rest.indexOf(`${entrant},`);
    const end = at < 0 ? -1 : rest.indexOf("\n", at);
    if (end >= 0) tickets = Number(rest.slice(at + entrant.length + 1, end));
    if (end >= 0 || at < 0) rest = rest.slice(-entrant.length);
    progress(Math.min(1, length / (36 * entrants + 16)));
  }
  return { digest: toHex(digest.digest()), tickets };
}

/** A file to keep: the receipt, and what the site served when it was checked. */
function evidenceOf(receipt, address, vkey, note, reason) {
  const part = (title, text) => `===== ${title} =====\n${text}\n`;
  return [
    part("evidence", `reason: ${reason}\nchecked: ${new Date().toISOString()}\nsite: ${self.location?.origin ?? ""}${address}`),
    receipt ? part("receipt (C2SP tlog-proof)", receipt.text) : "",
    part("checkpoint served", fromUtf8(note) ?? toHex(note)),
    part("vkey served", fromUtf8(vkey) ?? toHex(vkey)),
  ].join("\n");
}
