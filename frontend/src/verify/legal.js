import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, toHex, toUtf8 } from "./bytes.js";
import { canonical, isObject, parse } from "./json.js";
import { Lines } from "./lines.js";
import { Phrase, Refused } from "./refused.js";
import { any, hex32, hex64, number, object, texts } from "./shapes.js";
import { Archive, MIB } from "./zip.js";

const NAME = "identities.jsonl";
const LONGEST = MIB;
const isIdentity = object({ entrant: hex32, entry: hex32, identity: texts, key: hex64, prize: any, rank: number(1) });
const SHAPE = "entrant, entry, identity, key, prize, rank";

/**
 * Read the legal file, and compute the commitment that each key and identity give (bundle §3, journal §5).
 * @param {import("./report.js").Report} report @param {Blob} blob
 */
export async function readLegal(report, blob) {
  const archive = await Archive.open(blob);
  /** @type {{where: Phrase, entrant: string, entry: string, commitment: string, rank: number, prize: string}[]} */
  const found = [];
  let place = 0;
  const lines = new Lines(LONGEST, (line, whole) => {
    const where = new Phrase("line", NAME, ++place);
    try {
      found.push({ where, ...readIdentity(where, line, whole) });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      report.refuse(15, error);
    }
  });
  for (const name of archive.members.keys()) {
    if (name !== NAME) for await (const piece of archive.stream(name)) archive.count(piece.length);
  }
  await lines.push(await archive.read(NAME, 64 * MIB));
  await lines.end();
  return found;
}

function readIdentity(where, line, whole) {
  const { value, text, exact } = parse(line, where);
  // What is not the prize of a rank may be left out.
  const filled = isObject(value) ? { prize: "", ...value } : value;
  if (text !== exact || !whole || !isIdentity(filled)) throw new Refused("not_canonical", where, SHAPE);
  const message = toUtf8(`contests/identity/v1\n${canonical(filled.identity)}`);
  const commitment = toHex(hmac(sha256, fromHex(filled.key), message));
  return { entrant: filled.entrant, entry: filled.entry, commitment, rank: filled.rank, prize: filled.prize };
}
