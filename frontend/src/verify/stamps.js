import { knownAt, roundAt } from "./beacon.js";
import { instant, when } from "./instants.js";
import { parse } from "./json.js";
import { LeftOut, Phrase, Refused } from "./refused.js";
import { any, isInstant, number, object, some, text } from "./shapes.js";
import { checkToken, parseToken } from "./token.js";
import { cosignatures } from "./witnessed.js";
import { parsePem } from "./x509.js";

/** @typedef {import("./case.js").Case} Case */

const MOST = 1000; // time stamps
const MOST_CHECKS = 1000; // signatures of certificates, in all
const WHAT = /^(?:freeze|result|(rules|minutes)-([1-9][0-9]{0,8})-(?:fr|en))$/;
const own = { authority: number(1), url: any, what: (value) => typeof value === "string" && WHAT.test(value) };
const isStamp = object(own);
const isPublic = object({ address: text(/^https?:\/\/[!-~]{1,500}$/), served: isInstant });
const isMissing = object({ ...own, missing: some });

/** Stamps and cosignatures, and no other file beside them (bundle §5). @param {Case} own */
export async function stamps(own) {
  const { report, digests, journal } = own;
  const folder = own.file("stamps/");
  const found = [...digests.keys()].filter((name) => name.startsWith(folder));
  const beacon = journal.source.source === "drand" && journal.drawsAt !== null;
  const due = beacon ? knownAt(roundAt(journal.drawsAt)) : null;
  await published(own, `${folder}public.json`, due);
  if (!found.some((name) => !name.endsWith("/public.json"))) report.skip(14, "no_stamps");
  const witnessed = await cosignatures(own, due); // who saw the list is told first; a long list of stamps would push it out of sight
  const known = new Set([`${folder}public.json`, ...witnessed, ...(await timeStamps(own, folder, due))]);
  for (const name of found) if (!known.has(name)) report.fail(14, "stray_stamp", name);
}

/** Where the frozen list stands and since when, by the organiser's word. @param {Case} own @param {string} name @param {number | null} due */
async function published({ archive, digests, journal, report, file }, name, due) {
  if (!digests.has(name)) return;
  try {
    const { value, text, exact } = parse(await archive.read(name), name);
    const served = isPublic(value) ? instant(value.served) : null;
    const whole = text === exact && served !== null && value.address.endsWith(`/${file("pool.csv")}`);
    if (!whole || served < (instant(journal.freeze.at) ?? 0)) {
      throw new Refused("not_canonical", name, '{"address": …/pool.csv, "served": ≥ pool.frozen}');
    }
    if (due === null) report.pass(14, "served", value.address, value.served);
    else report.pass(14, served < due ? "served_ago" : "served_late", value.address, value.served, when(due));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    report.refuse(14, error);
  }
}

/** @param {Case} own @param {string} folder @param {number | null} due @returns {Promise<Set<string>>} the files that belong here */
async function timeStamps(own, folder, due) {
  const { report, digests } = own;
  const name = `${folder}index.json`;
  /** @type {Set<string>} */
  const known = new Set();
  if (!digests.has(name)) return known;
  known.add(name);
  let index;
  try {
    index = await readIndex(own, name);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    report.refuse(14, error);
    return known;
  }
  const roots = new Map();
  const left = { checks: MOST_CHECKS };
  for (const stamp of index) {
    const what = `${stamp.what}-${stamp.authority}`;
    if ("missing" in stamp) {
      report.skip(14, "unstamped", what, stamp.url, stamp.missing);
      continue;
    }
    const [token, pem] = [`${folder}${what}.tsr`, `${folder}authority-${stamp.authority}.pem`];
    known.add(token).add(pem);
    try {
      if (!roots.has(pem)) roots.set(pem, await readRoots(own, pem));
      await checkStamp(own, stamp, token, roots.get(pem), due, left);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      report.fail(14, "where", `${what}.tsr`, error);
    }
  }
  return known;
}

/** @param {Case} own @param {string} name */
async function readIndex({ archive }, name) {
  const { value, text, exact } = parse(await archive.read(name), name);
  const shape = "[{authority, url, what}]";
  const whole = text === exact && Array.isArray(value) && value.length <= MOST && value.every((one) => isStamp(one) || isMissing(one));
  if (!whole) throw new Refused("not_canonical", name, shape);
  const pairs = new Set(value.map(({ what, authority }) => `${what} ${authority}`));
  if (pairs.size !== value.length) throw new Refused("not_canonical", name, shape);
  return value;
}

/** What is wrong with the roots is told for each of their time stamps. @param {Case} own @param {string} name */
async function readRoots({ archive }, name) {
  try {
    return { roots: parsePem(await archive.read(name)) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { error };
  }
}

/** One time stamp: what was stamped, by whom, and when. */
async function checkStamp({ archive, digests, report, file }, { what, authority }, token, { roots, error }, due, left) {
  const stamped = fileOf(what, file);
  const digest = digests.get(stamped);
  if (!digest) throw new Refused("absent", stamped);
  const found = parseToken(await archive.read(token));
  const short = `${what}-${authority}`;
  if (found.imprint !== digest) throw new Refused("compared", new Phrase("digest", stamped), digest, found.imprint);
  if (what === "result" && due !== null && found.time < due) report.differ(14, "stamped_at", `≥ ${when(due)}`, when(found.time), short);
  if (error) throw error;
  try {
    const { authority: name, root } = checkToken(found, roots, left);
    report.pass(14, "stamped", short, when(found.time), name, root);
  } catch (reason) {
    if (!(reason instanceof LeftOut)) throw reason;
    report.skip(14, "stamp_left", short, when(found.time), reason);
  }
  if (what === "freeze" && due !== null && found.time >= due) report.skip(14, "stamped_late", short, when(found.time), when(due));
}

/** The file that is stamped. @param {string} what @param {(name: string) => string} file */
function fileOf(what, file) {
  if (what === "freeze") return file("checkpoint");
  if (what === "result") return file("ranking.csv");
  return `papers/${what}.${what.startsWith("rules") ? "html" : "pdf"}`;
}
