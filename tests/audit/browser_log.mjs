// A journal of many tiles, checked tile by tile as the page /verify does; the tree is made in the plainest way.
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";

const { Log } = await import(pathToFileURL(process.argv[2]).href);
const SIZE = 70_001;
const hash = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const node = (left, right) => hash(Buffer.of(1), left, right);
const leaves = Array.from({ length: SIZE }, (_, n) => hash(Buffer.of(0), Buffer.from(`record ${n}`)));

function root(start, end) {
  if (end - start === 1) return leaves[start];
  let half = 1;
  while (half * 2 < end - start) half *= 2;
  return node(root(start, start + half), root(start + half, end));
}

const levels = [leaves];
while (levels.at(-1).length >= 256) {
  const below = levels.at(-1);
  const next = [];
  for (let at = 0; at + 256 <= below.length; at += 256) {
    let nodes = below.slice(at, at + 256);
    while (nodes.length > 1) nodes = Array.from({ length: nodes.length / 2 }, (_, n) => node(nodes[2 * n], nodes[2 * n + 1]));
    next.push(nodes[0]);
  }
  levels.push(next);
}

let asked = 0;
let bent = false;
globalThis.fetch = async (address) => {
  asked++;
  const [, level, path, width] = /tile\/(\d+)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(address);
  const number = Number(path.replaceAll(/[x/]/g, ""));
  const tile = levels[level].slice(256 * number, 256 * number + Number(width ?? 256));
  if (tile.length !== Number(width ?? 256)) return new Response("", { status: 404 });
  const bytes = Buffer.concat(tile);
  if (bent) bytes[0] ^= 1;
  return new Response(bytes);
};

const whole = root(0, SIZE).toString("hex");
let wrong = 0;
for (const [index, size] of [[0, 1], [0, SIZE], [255, 256], [256, 257], [65_535, 65_536], [65_536, 65_537], [300, 69_999], [SIZE - 1, SIZE]]) {
  asked = 0;
  const [now, then] = await new Log("/journal", SIZE).roots([SIZE, size], new Map([[index, leaves[index]]]));
  if (now !== whole || then !== root(0, size).toString("hex") || asked > 12) wrong++;
  const [other] = await new Log("/journal", SIZE).roots([SIZE, size], new Map([[index, hash(Buffer.from("another"))]]));
  if (other === whole) wrong++;
}
bent = true;
const [changed] = await new Log("/journal", SIZE).roots([SIZE, 300], new Map([[299, leaves[299]]]));
if (changed === whole) wrong++;
console.log(wrong ? `${wrong} wrong` : "as it must be");
