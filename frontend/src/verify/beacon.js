import { bls12_381 } from "@noble/curves/bls12-381.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex } from "./bytes.js";

const TAG = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
const bls = bls12_381.shortSignatures;

/** The parameters of drand quicknet (draw §3). */
export const QUICKNET = {
  chain: "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
  genesis: 1692803367,
  genesis_seed: "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
  name: "quicknet",
  period: 3,
  public_key:
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
};

/** The first round at or after an instant. @param {number} at */
export const roundAt = (at) => Math.ceil((at - QUICKNET.genesis) / QUICKNET.period) + 1;

/** The instant when a round is known. @param {number} round */
export const knownAt = (round) => QUICKNET.genesis + (round - 1) * QUICKNET.period;

/**
 * Whether a signature is quicknet's for this round: BLS12-381, signature on G1, key on G2, over SHA-256(uint64be(round)).
 * @param {number} round @param {string} signature
 */
export function beaconHolds(round, signature) {
  if (!/^[0-9a-f]{96}$/.test(signature)) return false;
  const number = new DataView(new ArrayBuffer(8));
  number.setBigUint64(0, BigInt(round));
  try {
    const point = bls.Signature.fromBytes(fromHex(signature));
    point.assertValidity(); // on the curve, in the subgroup, not at infinity
    return bls.verify(point, bls.hash(sha256(new Uint8Array(number.buffer)), TAG), fromHex(QUICKNET.public_key));
  } catch {
    return false;
  }
}
