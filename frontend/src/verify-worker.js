// All the work of the page that checks a draw, so that the page itself stays alive.
import { checkReceipt } from "./verify/receipt-check.js";
import { verify } from "./verify/verify.js";

const EVERY = 100; // milliseconds between two words of progress

self.onmessage = async ({ data }) => {
  const { id, language } = data;
  let told = 0;
  const progress = (done) => {
    if (Date.now() - told < EVERY) return;
    told = Date.now();
    self.postMessage({ id, progress: done });
  };
  const answer = data.receipt
    ? await checkReceipt(data.receipt, data.contest, progress)
    : await verify(data.bundle, data.legal ?? null, language, progress);
  self.postMessage({ id, answer });
};
