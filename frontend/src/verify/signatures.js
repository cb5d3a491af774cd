import { p256, p384, p521 } from "@noble/curves/nist.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { fromHex, sameBytes } from "./bytes.js";
import { NULL, readDer, toNumber } from "./der.js";
import { signatureHolds } from "./note.js";
import { LeftOut } from "./refused.js";

/** How data is hashed. @type {Record<string, typeof sha256>} */
const HASHES = { "2.16.840.1.101.3.4.2.1": sha256, "2.16.840.1.101.3.4.2.2": sha384, "2.16.840.1.101.3.4.2.3": sha512 };
const [RSA, EC, ED25519] = ["1.2.840.113549.1.1.1", "1.2.840.10045.2.1", "1.3.101.112"];
/** What a signature is made with: the kind of key, and the hash unless that is said beside it. */
const KINDS = {
  [RSA]: [RSA],
  "1.2.840.113549.1.1.11": [RSA, sha256],
  "1.2.840.113549.1.1.12": [RSA, sha384],
  "1.2.840.113549.1.1.13": [RSA, sha512],
  [EC]: [EC],
  "1.2.840.10045.4.3.2": [EC, sha256],
  "1.2.840.10045.4.3.3": [EC, sha384],
  "1.2.840.10045.4.3.4": [EC, sha512],
  [ED25519]: [ED25519],
};
const CURVES = { "1.2.840.10045.3.1.7": p256, "1.3.132.0.34": p384, "1.3.132.0.35": p521 };
/** DigestInfo without the digest (RFC 8017 §9.2). */
const PREFIXES = new Map([
  [sha256, fromHex("3031300d060960864801650304020105000420")],
  [sha384, fromHex("3041300d060960864801650304020205000430")],
  [sha512, fromHex("3051300d060960864801650304020305000440")],
]);
const MODULUS = [1024, 16_384]; // bits
const LARGEST_EXPONENT = 1n << 64n;

/** @typedef {{kind: string, parameters: import("./der.js").Der | null, bits: Uint8Array}} PublicKey */

/** Read a SubjectPublicKeyInfo. @param {import("./der.js").Der} der @returns {PublicKey} */
export function parseKey(der) {
  const fields = der.fields();
  const { name, parameters } = fields.next().algorithm;
  const { bits } = fields.next();
  fields.end();
  return { kind: name, parameters, bits };
}

/** The hash of an algorithm; LeftOut where it is not known here. @param {import("./der.js").Der} algorithm */
export function hashOf(algorithm) {
  const { name } = algorithm.algorithm;
  if (!Object.hasOwn(HASHES, name)) throw new LeftOut("algorithm", name);
  return HASHES[name];
}

/**
 * Whether a signature holds; LeftOut where its algorithm is not known here. Always this one implementation, and the
 * numbers of RSA as they are: a verdict must not depend on the browser, nor on how the page came.
 * @param {import("./der.js").Der} algorithm @param {PublicKey} key
 * @param {Uint8Array} message @param {Uint8Array} signature @param {typeof sha256} [digest] said beside the algorithm
 */
export function holds(algorithm, key, message, signature, digest) {
  const { name, parameters: extra } = algorithm.algorithm;
  if (!Object.hasOwn(KINDS, name) || (extra && extra.tag !== NULL)) throw new LeftOut("algorithm", name);
  const [kind, own] = KINDS[name];
  const hash = own ?? digest;
  const { parameters, bits } = key;
  if (key.kind !== kind) return false;
  if (kind === ED25519) return signatureHolds(bits, signature, message);
  if (!hash) throw new LeftOut("algorithm", name);
  return kind === RSA ? rsaHolds(bits, hash, message, signature) : ecdsaHolds(parameters?.oid ?? "—", bits, hash, message, signature);
}

/** RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2). */
function rsaHolds(key, hash, message, signature) {
  const fields = readDer(key).fields();
  const [modulus, exponent] = [fields.next().integer, fields.next().integer];
  fields.end();
  const size = modulus.toString(2).length;
  if (size < MODULUS[0] || size > MODULUS[1] || exponent < 3n || exponent > LARGEST_EXPONENT) throw new LeftOut("algorithm", `RSA ${size}`);
  const length = Math.ceil(size / 8);
  const value = toNumber(signature.subarray(0, length + 1));
  if (signature.length !== length || value >= modulus) return false;
  const found = fromHex(power(value, exponent, modulus).toString(16).padStart(2 * length, "0"));
  const told = new Uint8Array([...(PREFIXES.get(hash) ?? []), ...hash(message)]);
  const expected = new Uint8Array(length).fill(255);
  expected.set([0, 1]);
  expected[length - told.length - 1] = 0;
  expected.set(told, length - told.length);
  return sameBytes(found, expected);
}

/** @param {bigint} base @param {bigint} exponent @param {bigint} modulus */
function power(base, exponent, modulus) {
  let [result, square] = [1n, base];
  for (let left = exponent; left; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function ecdsaHolds(curve, key, hash, message, signature) {
  if (!Object.hasOwn(CURVES, curve)) throw new LeftOut("algorithm", curve);
  try {
    return CURVES[curve].verify(signature, hash(message), key, { prehash: false, lowS: false, format: "der" });
  } catch {
    return false;
  }
}
