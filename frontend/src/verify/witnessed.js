import { fromUtf8, fromHex, sameBytes } from "./bytes.js";
import { when } from "./instants.js";
import { isObject, parse } from "./json.js";
import { cosignedAt, openCheckpoint, parseVkey, splitNote } from "./note.js";
import { Policy } from "./policy.js";
import { readProof } from "./receipt.js";
import { Phrase, Refused } from "./refused.js";
import { hex32, isInstant, object, some } from "./shapes.js";
import { rootOfPath } from "./tree.js";

/** @typedef {import("./case.js").Case} Case */

const [VKEY, PROOF] = ["register.vkey", "register.tlog-proof"];
const KIND = "checkpoint.registered";
const LONGEST = 65_535;
const FAR = 10n ** 12n; // beyond this no calendar helps
const isRegistered = object({ at: isInstant, campaign: hex32, checkpoint: some, kind: (value) => value === KIND });

/**
 * Cosignatures of the register's head, by the witnesses of the definition in force (bundle §5).
 * @param {Case} own @param {number | null} due when the round is known, where chance comes from the beacon
 * @returns {Promise<string[]>} the files that belong here
 */
export async function cosignatures(own, due) {
  const { report, digests, journal, file } = own;
  const [vkey, proof] = [VKEY, PROOF].map((name) => file(`stamps/${name}`));
  const found = [vkey, proof].filter((name) => digests.has(name));
  const policy = readPolicy(own);
  let note = null;
  if (found.length === 1) report.fail(14, "half", found[0], found[0] === vkey ? PROOF : VKEY);
  if (found.length === 2) {
    try {
      note = await readRegister(own, vkey, proof, policy);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      report.fail(14, "where", "register", error);
    }
  }
  if (policy === undefined) return found;
  if (!policy || policy.quorum === "none") {
    report.skip(14, "no_quorum");
    return found;
  }
  const saw = note ? sawOf(policy, note, due) : [];
  if (!journal.draw) {
    report.skip(14, "quorum_later", policy.quorum);
    return found;
  }
  const counted = new Set(saw.filter(({ late }) => !late).map(({ name }) => name));
  const told = saw.map(({ name, at }) => `${name} ${at}`).join(", ") || "—";
  if (policy.isMet(counted)) report.pass(14, "quorum_ok", policy.quorum, told);
  else if (due === null) report.fail(14, "quorum_missing", policy.quorum, told);
  else report.fail(14, "quorum_late", policy.quorum, told, when(due));
  return found;
}

/** The policy; null where there is none, nothing where it is malformed. @param {Case} own */
function readPolicy({ report, journal }) {
  const text = journal.terms?.witnesses ?? "";
  if (text === "") return null;
  try {
    if (typeof text !== "string") throw new Refused("not_policy", text);
    return new Policy(text);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    report.fail(14, "where", "draw.witnesses", error);
    return undefined;
  }
}

/** The register's head, where it has the freeze checkpoint. */
async function readRegister({ archive, journal, key, file }, vkey, proof, policy) {
  if (!key) throw new Refused("no_key");
  const register = parseVkey(await archive.read(vkey));
  const origin = key.name.slice(0, Math.max(0, key.name.lastIndexOf("/")));
  if (register.name !== origin) throw new Refused("compared", new Phrase("head_origin", VKEY), origin, register.name);
  if (policy?.logs.length && !policy.logs.some((log) => log.name === register.name && sameBytes(log.public, register.public))) {
    throw new Refused("no_log", register.name);
  }
  const receipt = readProof(fromUtf8(await archive.read(proof)) ?? "");
  const head = openCheckpoint(receipt.note, register);
  if (head.origin !== origin) throw new Refused("compared", new Phrase("head_origin", PROOF), origin, head.origin);
  const root = rootOfPath(receipt.leaf, receipt.index, head.size, receipt.path);
  if (!root || !sameBytes(root, fromHex(head.root))) throw new Refused("path_false", PROOF);
  const { value, text, exact } = parse(receipt.record, PROOF);
  if (text !== exact || receipt.record.length > LONGEST || !isObject(value) || !isRegistered(value)) throw new Refused("not_registered");
  const frozen = fromUtf8(await archive.read(file("checkpoint")));
  if (value.campaign !== journal.campaign || value.checkpoint !== frozen) throw new Refused("not_registered");
  const note = splitNote(receipt.note);
  return note;
}

/** Who saw the head, and when first. @param {Policy} policy @param {ReturnType<typeof splitNote>} note @param {number | null} due */
function sawOf(policy, note, due) {
  const found = [];
  for (const [name, key] of policy.witnesses) {
    const at = cosignedAt(note, key);
    if (at !== null) found.push({ name, at: at < FAR ? when(Number(at)) : String(at), late: due !== null && at >= BigInt(due) });
  }
  return found;
}
