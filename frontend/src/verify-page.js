// The page that checks a draw: it takes a file, an address or a receipt, lets the worker do the work, and tells the answer.
import { plainAnswer, receiptAnswer, verdictAnswer } from "./verify/answers.js";
import { fit, language } from "./verify/dom.js";
import { wordsOf } from "./verify/words.js";

const HEADER = "c2sp.org/tlog-proof@v1";
const MEGABYTE = 1e6;
const LONGEST_RECEIPT = 256 * 1024;
const QUARTER = 0.25;

const words = wordsOf(language);
const byId = (id) => document.getElementById(id);
const root = byId("verify");
/** @type {Record<string, {path: string, draw: string, contact: string, prizes: Record<string, string>}>} */
const contests = JSON.parse(root.dataset.contests);

// Made at once: when the network goes later, all the code is here.
let worker = new Worker(root.dataset.worker);
/** The latest task; answers to earlier ones are dropped. */
let task = 0;
let quarters = 0;

root.hidden = false;

/** @param {string} text */
function tell(text) {
  byId("told").textContent = fit(text);
}

/** @param {number} share from 0 to 1, or NaN @param {string} text */
function showProgress(share, text) {
  if (Number.isNaN(share)) byId("far").removeAttribute("value");
  else byId("far").value = share;
  byId("far-text").textContent = fit(text);
}

function begin() {
  task++;
  quarters = 0;
  byId("answer").hidden = true;
  byId("work").hidden = false;
  showProgress(Number.NaN, "");
  byId("work-title").focus({ preventScroll: true });
  byId("work").scrollIntoView({ block: "start" });
  return task;
}

/** @param {Node[]} nodes */
function finish(nodes) {
  byId("work").hidden = true;
  byId("answer").replaceChildren(...nodes);
  byId("answer").hidden = false;
  byId("answer-title").focus({ preventScroll: true });
  byId("answer").scrollIntoView({ block: "start" });
  tell(byId("answer-title").textContent);
}

/** Hand a task to the worker. @param {number} own @param {object} message @param {(answer: any) => Node[]} answered */
function ask(own, message, answered) {
  worker.onmessage = ({ data }) => {
    if (data.id !== task) return;
    if (data.answer) return finish(answered(data.answer));
    const share = Math.floor(100 * data.progress);
    showProgress(data.progress, words.checking(share));
    if (Math.floor(data.progress / QUARTER) > quarters) {
      quarters = Math.floor(data.progress / QUARTER);
      tell(words.at(25 * quarters));
    }
  };
  worker.onerror = () => finish(plainAnswer(words.failed_title, words.no_worker));
  worker.postMessage({ id: own, language, ...message });
}

/** @param {Blob} bundle @param {string} name @param {number} [own] */
function checkBundle(bundle, name, own = begin()) {
  ask(own, { bundle, legal: byId("legal").files[0] }, (verdict) => verdictAnswer(verdict, name));
}

/** @param {string} typed */
async function checkAddress(typed) {
  let address;
  try {
    address = new URL(typed.trim(), location.href);
  } catch {
    return finish(plainAnswer(words.not_fetched_title, words.bad_address));
  }
  if (!typed.trim()) return finish(plainAnswer(words.not_fetched_title, words.bad_address));
  if (address.origin !== location.origin) return finish(plainAnswer(words.elsewhere_title, words.elsewhere));
  const own = begin();
  try {
    const bundle = await download(address, own);
    if (own === task) checkBundle(bundle, address.pathname, own);
  } catch (error) {
    if (own === task) finish(plainAnswer(words.not_fetched_title, words.not_fetched(error.message)));
  }
}

/** @param {URL} address @param {number} own */
async function download(address, own) {
  const answer = await fetch(address);
  if (!answer.ok || !answer.body) throw new Error(String(answer.status));
  const all = Number(answer.headers.get("content-length"));
  const size = (bytes) => words.megabytes(words.number(Math.ceil(bytes / MEGABYTE)));
  const pieces = [];
  let [length, waiting] = [0, []];
  const reader = answer.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (own !== task) reader.cancel();
    if (done || own !== task) break;
    waiting.push(value);
    length += value.length;
    // A Blob may lie on disk; pieces in an array may not.
    if (waiting.length > 64) [pieces[pieces.length], waiting] = [new Blob(waiting), []];
    showProgress(all ? length / all : Number.NaN, words.downloading(size(length), all ? size(all) : ""));
  }
  return new Blob([...pieces, ...waiting]);
}

/** Which contest of this site a receipt is of, by the name of its journal. @param {string} text */
function contestOf(text) {
  const origin = /\n\n(\S+)\n/.exec(text.replaceAll("\r\n", "\n"))?.[1] ?? "";
  return { origin, contest: contests[origin.split("/").pop() ?? ""] };
}

/** @param {string} text */
function checkReceipt(text) {
  const { origin, contest } = contestOf(text);
  if (!text.trim().startsWith(HEADER) || !origin) return finish(plainAnswer(words.not_receipt_title, words.not_receipt));
  if (!contest) return finish(plainAnswer(words.not_here_title, words.not_here(origin)));
  return ask(begin(), { receipt: { text }, contest }, (answer) => receiptAnswer(answer, contest));
}

/** A receipt's place and leaf hash in the address, as its QR code has them. */
function checkFragment() {
  const contest = contests[root.dataset.here ?? ""];
  const asked = new URLSearchParams(location.hash.slice(1));
  const index = /^(0|[1-9][0-9]{0,14})$/.exec(asked.get("i") ?? "")?.[0];
  const leaf = /^[A-Za-z0-9_-]{43}$/.exec(asked.get("h") ?? "")?.[0];
  if (!contest || !asked.has("i")) return;
  if (!index || !leaf) return finish(plainAnswer(words.not_receipt_title, words.not_receipt));
  const bytes = atob(leaf.replaceAll("-", "+").replaceAll("_", "/"));
  const hex = [...bytes].map((letter) => letter.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  ask(begin(), { receipt: { index: Number(index), leaf: hex }, contest }, (answer) => receiptAnswer(answer, contest));
}

/** A file is a receipt or a bundle by what it holds, not by its name. @param {File | undefined} file */
async function checkFile(file) {
  if (!file) return;
  const start = await file.slice(0, HEADER.length).text();
  if (start === HEADER && file.size <= LONGEST_RECEIPT) checkReceipt(await file.text());
  else checkBundle(file, file.name);
}

byId("file").addEventListener("change", ({ target }) => {
  checkFile(target.files[0]);
  target.value = ""; // the same file may be chosen again
});
byId("own").addEventListener("submit", (event) => {
  event.preventDefault();
  checkReceipt(byId("text").value);
});
byId("there")?.addEventListener("submit", (event) => {
  event.preventDefault();
  checkAddress(byId("address").value);
});
byId("all")?.addEventListener("click", ({ target }) => checkAddress(target.dataset.address));
byId("stop").addEventListener("click", () => {
  task++;
  worker.terminate();
  worker = new Worker(root.dataset.worker);
  byId("work").hidden = true;
  tell(words.stopped);
  document.querySelector("main h1").scrollIntoView({ block: "start" });
});

// The whole page takes a dropped file, so that none opens by mistake.
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer?.types.includes("Files") || event.target === byId("legal")) return;
    event.preventDefault();
    document.body.classList.toggle("over", kind === "dragover");
    if (kind === "drop") checkFile(event.dataTransfer.files[0]);
  });
}

addEventListener("hashchange", checkFragment);
checkFragment();
