// Runs the built worker of the page /verify outside a browser: one request in JSON a line, one verdict a line.
import { openAsBlob, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const waiting = new Map();
globalThis.self = globalThis;
globalThis.postMessage = ({ id, answer }) => answer && waiting.get(id)(answer);
(0, eval)(readFileSync(process.argv[2], "utf8"));

let id = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { bundle, legal, language } = JSON.parse(line);
  const own = ++id;
  const answer = new Promise((resolve) => waiting.set(own, resolve));
  const files = { bundle: await openAsBlob(bundle), legal: legal ? await openAsBlob(legal) : null };
  await globalThis.onmessage({ data: { id: own, language, ...files } });
  process.stdout.write(`${JSON.stringify(await answer)}\n`);
  waiting.delete(own);
}
