import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { sameBytes, toHex } from "./bytes.js";
import { BOOLEAN, INTEGER, OCTETS, OID, readDer, SEQUENCE, SET, tagged } from "./der.js";
import { Refused } from "./refused.js";
import { hashOf, holds } from "./signatures.js";
import { checkSigner, KEY_IDENTIFIER, parseCertificate, rootOf } from "./x509.js";

const SIGNED_DATA = "1.2.840.113549.1.7.2";
const TST_INFO = "1.2.840.113549.1.9.16.1.4";
const [CONTENT_TYPE, MESSAGE_DIGEST] = ["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"];
const [CERTIFICATE_V1, CERTIFICATE_V2] = ["1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"];
const SHA256 = "2.16.840.1.101.3.4.2.1";
const MOST_CERTIFICATES = 32;

/**
 * What a time stamp says, and what its signature is judged by.
 * @typedef {{imprint: string, time: number, info: Uint8Array, certificates: import("./x509.js").Certificate[],
 *   signer: ReturnType<typeof readSigner>}} Token
 */

/** Read a TimeStampResp that grants (RFC 3161 §2.4.2); its signature is not judged yet. @param {Uint8Array} bytes @returns {Token} */
export function parseToken(bytes) {
  const answer = readDer(bytes).fields();
  const status = answer.next().fields().next().integer;
  if (status !== 0n) throw new Refused("not_granted", status);
  const wrapper = answer.next().fields();
  answer.end();
  if (wrapper.next().oid !== SIGNED_DATA) throw new Refused("not_token");
  const signed = readDer(wrapper.next().bytes(tagged(0))).fields();
  wrapper.end();
  signed.next().integer;
  const digests = signed.next().items(SET).map((item) => item.algorithm.name);
  const content = signed.next().fields();
  const certificates = signed.maybe(tagged(0));
  signed.maybe(tagged(1));
  const signers = signed.next().items(SET);
  signed.end();
  if (content.next().oid !== TST_INFO || signers.length !== 1) throw new Refused("not_token");
  const info = readDer(content.next().bytes(tagged(0))).bytes(OCTETS);
  content.end();
  const signer = readSigner(signers[0]);
  if (!digests.includes(signer.digest.algorithm.name)) throw new Refused("not_token");
  return { ...readInfo(info), info, certificates: readCertificates(certificates), signer };
}

/** @param {Uint8Array} bytes */
function readInfo(bytes) {
  const fields = readDer(bytes).fields();
  const version = fields.next().integer;
  fields.next().oid;
  const imprint = fields.next().fields();
  const hash = imprint.next().algorithm.name;
  const digest = imprint.next().bytes(OCTETS);
  imprint.end();
  fields.next().bytes(INTEGER);
  const time = fields.next();
  for (const tag of [SEQUENCE, BOOLEAN, INTEGER, tagged(0), tagged(1)]) fields.maybe(tag);
  fields.end();
  if (version !== 1n || hash !== SHA256 || time.tag !== 0x18) throw new Refused("not_token");
  return { imprint: toHex(digest), time: time.time };
}

/** @param {import("./der.js").Der | null} set */
function readCertificates(set) {
  const items = set ? set.items(set.tag) : [];
  if (items.length > MOST_CERTIFICATES) throw new Refused("not_token");
  return items.map(parseCertificate);
}

/** @param {import("./der.js").Der} der */
function readSigner(der) {
  const fields = der.fields();
  fields.next().integer;
  const name = fields.next();
  const digest = fields.next();
  const attributes = fields.next();
  const values = new Map();
  for (const item of attributes.items(tagged(0))) {
    const pair = item.fields();
    const [kind, set] = [pair.next().oid, pair.next().items(SET)];
    pair.end();
    if (values.has(kind) || set.length !== 1) throw new Refused("not_token");
    values.set(kind, set[0]);
  }
  const algorithm = fields.next();
  const signature = fields.next().bytes(OCTETS);
  fields.maybe(tagged(1));
  fields.end();
  // What is signed is the set of attributes under its own tag (RFC 5652 §5.4).
  const signed = Uint8Array.from(attributes.raw);
  signed[0] = SET;
  const type = values.get(CONTENT_TYPE);
  if (type?.tag !== OID || type.oid !== TST_INFO) throw new Refused("not_token");
  return { name, digest, values, signed, algorithm, signature };
}

/**
 * Judge the signature, up to one of the roots; LeftOut where an algorithm is not known here.
 * @param {Token} token @param {import("./x509.js").Certificate[]} roots
 * @param {{checks: number}} left signatures of certificates that may still be checked for this bundle
 */
export function checkToken({ info, certificates, signer, time }, roots, left) {
  const { values } = signer;
  const given = [...certificates, ...roots];
  const hash = hashOf(signer.digest);
  const told = values.get(MESSAGE_DIGEST)?.bytes(OCTETS);
  if (!told || !sameBytes(told, hash(info))) throw new Refused("stamp_false");
  const named = given.filter((one) => isNamed(one, signer.name));
  const own = named.find((one) => isMeant(one, values)) ?? null;
  if (!own) throw new Refused("no_signer");
  checkSigner(own);
  if (!holds(signer.algorithm, own.key, signer.signed, signer.signature, hash)) throw new Refused("stamp_false");
  return { authority: own.name, root: toHex(sha256(rootOf(own, certificates, roots, time, left).raw)) };
}

/** By its issuer and serial number, or by the identifier of its key. */
function isNamed(certificate, name) {
  if (name.tag === 0x80) {
    const own = certificate.extensions.get(KEY_IDENTIFIER);
    return Boolean(own) && sameBytes(readDer(own.value).bytes(OCTETS), name.body);
  }
  const fields = name.fields();
  const [issuer, serial] = [toHex(fields.next().raw), toHex(fields.next().bytes(INTEGER))];
  fields.end();
  return certificate.issuer === issuer && certificate.serial === serial;
}

/** The certificate is the one that was signed for (RFC 5035). */
function isMeant(certificate, values) {
  const second = values.get(CERTIFICATE_V2);
  const attribute = second ?? values.get(CERTIFICATE_V1);
  if (!attribute) return false;
  const fields = attribute.fields().next().fields().next().fields();
  const algorithm = second ? fields.maybe(SEQUENCE) : null;
  // After the digest may stand who issued the certificate: a sequence too, and never the first.
  const hash = second ? (algorithm ? hashOf(algorithm) : sha256) : sha1;
  return sameBytes(fields.next().bytes(OCTETS), hash(certificate.raw));
}
