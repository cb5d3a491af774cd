import { fromBase64, fromUtf8, sameBytes, toHex } from "./bytes.js";
import { BITS, BOOLEAN, INTEGER, OCTETS, readDer, SEQUENCE, SET, tagged } from "./der.js";
import { LeftOut, Refused } from "./refused.js";
import { holds, parseKey } from "./signatures.js";

const COMMON_NAME = "2.5.4.3";
const [KEY_USAGE, CONSTRAINTS, NAMES, EXTENDED_USAGE] = ["2.5.29.15", "2.5.29.19", "2.5.29.30", "2.5.29.37"];
export const KEY_IDENTIFIER = "2.5.29.14";
// What may be critical: these, and policies, which nobody here asks for.
const UNDERSTOOD = new Set([KEY_USAGE, CONSTRAINTS, EXTENDED_USAGE, "2.5.29.17", "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"]);
const [STAMPING, ANY_USAGE] = ["1.3.6.1.5.5.7.3.8", "2.5.29.37.0"];
const [SIGNING, AGREEING, CERTIFYING] = [0x80, 0x40, 0x04]; // digitalSignature, contentCommitment, keyCertSign
const LONGEST_CHAIN = 10;
const MOST_CHECKS = 50; // signatures of certificates, for one time stamp
const MOST_ROOTS = 100;

/**
 * @typedef {{raw: Uint8Array, serial: string, issuer: string, subject: string, name: string, from: number, until: number,
 *   key: import("./signatures.js").PublicKey, signed: Uint8Array, algorithm: import("./der.js").Der, signature: import("./der.js").Der, whole: boolean,
 *   extensions: Map<string, {critical: boolean, value: Uint8Array}>}} Certificate
 */

/** Read a certificate (RFC 5280 §4.1). @param {import("./der.js").Der} der @returns {Certificate} */
export function parseCertificate(der) {
  const outer = der.fields();
  const [own, algorithm, signature] = [outer.next(), outer.next(), outer.next()];
  outer.end();
  algorithm.algorithm;
  const fields = own.fields();
  const version = fields.maybe(tagged(0));
  if (version) readDer(version.body).integer;
  const serial = toHex(fields.next().bytes(INTEGER));
  const whole = sameBytes(fields.next().raw, algorithm.raw);
  const issuer = fields.next();
  const validity = fields.next().fields();
  const [from, until] = [validity.next().time, validity.next().time];
  validity.end();
  const subject = fields.next();
  const key = parseKey(fields.next());
  fields.maybe(0x81);
  fields.maybe(0x82);
  const extensions = readExtensions(fields.maybe(tagged(3)));
  fields.end();
  const names = [issuer, subject].map(nameOf);
  return {
    raw: der.raw, serial, issuer: toHex(issuer.raw), subject: toHex(subject.raw), name: names[1], from, until, key,
    signed: own.raw, algorithm, signature, whole, extensions,
  };
}

/** @param {import("./der.js").Der | null} wrapper */
function readExtensions(wrapper) {
  const found = new Map();
  if (!wrapper) return found;
  for (const item of readDer(wrapper.body).items(SEQUENCE)) {
    const fields = item.fields();
    const name = fields.next().oid;
    const flag = fields.maybe(BOOLEAN);
    if (found.has(name) || (flag && (flag.body.length !== 1 || flag.body[0] !== 255))) throw new Refused("certificate");
    found.set(name, { critical: Boolean(flag), value: fields.next().bytes(OCTETS) });
    fields.end();
  }
  return found;
}

/** The common name, the last where there are several. @param {import("./der.js").Der} name */
function nameOf(name) {
  let found = "—";
  for (const part of name.items(SEQUENCE)) {
    for (const pair of part.items(SET)) {
      const fields = pair.fields();
      const kind = fields.next().oid;
      const { body } = fields.next();
      fields.end();
      if (kind === COMMON_NAME) found = `CN=${fromUtf8(body) ?? "?"}`;
    }
  }
  return found;
}

/** The certificates of a PEM file, one at least. @param {Uint8Array} bytes */
export function parsePem(bytes) {
  const blocks = (fromUtf8(bytes) ?? "").split("-----BEGIN CERTIFICATE-----").slice(1, MOST_ROOTS + 2);
  if (!blocks.length || blocks.length > MOST_ROOTS) throw new Refused("pem");
  return blocks.map((block) => {
    const end = block.indexOf("-----END CERTIFICATE-----");
    if (end < 0) throw new Refused("pem");
    return parseCertificate(readDer(fromBase64(block.slice(0, end).replace(/\s/g, ""))));
  });
}

/** What is said twice is the same, and nothing critical is unknown. @param {Certificate} certificate */
function checkForm({ extensions, whole }) {
  if (!whole) throw new Refused("certificate");
  for (const [name, { critical }] of extensions) {
    if (critical && name === NAMES) throw new LeftOut("algorithm", name);
    if (critical && !UNDERSTOOD.has(name)) throw new Refused("critical", name);
  }
}

/** Whether the key may do one of these; where nothing is said it may. @param {Certificate} certificate @param {number} purposes */
function mayDo({ extensions }, purposes) {
  const usage = extensions.get(KEY_USAGE);
  return !usage || Boolean(readDer(usage.value).bytes(BITS)[1] & purposes);
}

/** What the extended key usage names, or null. @param {Certificate} certificate */
function purposes({ extensions }) {
  const usage = extensions.get(EXTENDED_USAGE);
  return usage ? readDer(usage.value).items(SEQUENCE).map((item) => item.oid) : null;
}

/** A certificate for time stamps alone (RFC 3161 §2.3). @param {Certificate} signer */
export function checkSigner(signer) {
  const alone = purposes(signer)?.join() === STAMPING && signer.extensions.get(EXTENDED_USAGE)?.critical;
  if (!alone || !mayDo(signer, SIGNING | AGREEING)) throw new Refused("not_stamping", signer.name);
}

/** Whether a certificate may sign others, with so many authorities between it and the signer. */
function isAuthority(certificate, below) {
  const constraints = certificate.extensions.get(CONSTRAINTS);
  if (!constraints || !mayDo(certificate, CERTIFYING)) return false;
  const fields = readDer(constraints.value).fields();
  const authority = fields.maybe(BOOLEAN);
  const most = fields.items[fields.at] ? fields.next().integer : null;
  fields.end();
  const known = purposes(certificate);
  const suits = !known || known.includes(STAMPING) || known.includes(ANY_USAGE);
  return suits && authority?.body.length === 1 && authority.body[0] === 255 && (most === null || most >= below);
}

/**
 * Give the root that a chain from `signer` ends in, each certificate valid at `time`.
 * @param {Certificate} signer @param {Certificate[]} given @param {Certificate[]} roots @param {number} time
 * @param {{checks: number}} left signatures that may still be checked for this bundle
 */
export function rootOf(signer, given, roots, time, left) {
  let checks = 0;
  /** @type {unknown} */
  let hindrance = new Refused("no_chain", signer.name);
  const isRoot = (one) => roots.some((root) => sameBytes(root.raw, one.raw));
  /** @param {Certificate[]} chain @returns {Certificate | null} */
  const climb = (chain) => {
    const last = chain[chain.length - 1];
    if (time < last.from || time > last.until) {
      if (!(hindrance instanceof LeftOut)) hindrance = new Refused("not_valid", last.name);
      return null;
    }
    checkForm(last);
    if (isRoot(last)) return last;
    if (chain.length >= LONGEST_CHAIN) return null;
    const below = chain.slice(1).filter((one) => one.subject !== one.issuer).length;
    for (const issuer of [...roots, ...given]) {
      if (issuer.subject !== last.issuer || chain.includes(issuer)) continue;
      try {
        if (!isAuthority(issuer, below) || ++checks > MOST_CHECKS) continue;
        if (--left.checks < 0) throw new LeftOut("too_many_checks");
        if (!holds(last.algorithm, issuer.key, last.signed, last.signature.bits)) continue;
        const root = climb([...chain, issuer]);
        if (root) return root;
      } catch (error) {
        // Another way may lead up.
        if (!(error instanceof Refused)) throw error;
        if (!(hindrance instanceof LeftOut)) hindrance = error;
        if (left.checks < 0) break;
      }
    }
    return null;
  };
  const root = climb([signer]);
  if (!root) throw hindrance;
  return root;
}
