// The draw on a big screen. The page that the server made is the text of record; this file asks for
// news, puts the fresh page in its place, counts down, and shows the steps one after another.

const find = (selector) => document.querySelector(selector);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const fr = /^fr/i.test(document.documentElement.lang);
const units = fr
  ? [["jour", "jours"], ["heure", "heures"], ["min", "min"], ["s", "s"]]
  : [["day", "days"], ["hour", "hours"], ["min", "min"], ["s", "s"]];

const POLL = 3_000; // milliseconds between two questions where the stream is cut
const SILENT = 25_000; // the server speaks every ten seconds
const AGAIN = 60_000; // before the stream is tried again
const MANY = 12; // from here on the ranks come faster

let ahead = 0; // the server's clock minus this one
let witnessed = false; // whether this page was open when the draw took place

const stage = () => find("#live");
const say = (text) => {
  const said = find("#said");
  if (said && text) said.textContent = text;
};

// ---------------------------------------------------------------- countdown

const parts = (left) => [Math.floor(left / 86400), Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60];

const count = () => {
  const until = find(".until[data-until]");
  if (!until) return;
  const left = Math.ceil((Date.parse(until.dataset.until) - Date.now() - ahead) / 1000);
  if (left <= 0) {
    if (until.textContent !== until.dataset.ended) {
      until.textContent = until.dataset.ended;
      until.removeAttribute("aria-hidden");
      say(until.dataset.ended);
    }
    return;
  }
  // Figures that change are for the eye only; the date above them is the text.
  until.setAttribute("aria-hidden", "true");
  const values = parts(left);
  const shown = calm.matches ? values.slice(0, 3) : values;
  if (calm.matches && left < 60) shown[2] = 1;
  const text = shown.map((value, i) => [i > 1 ? String(value).padStart(2, "0") : String(value), units[i][value > 1 ? 1 : 0]]);
  const cells = text.filter((_, i) => i || values[0]);
  if (until.children.length !== cells.length) {
    until.replaceChildren(...cells.map(() => {
      const cell = document.createElement("span");
      cell.append(document.createElement("b"), document.createElement("i"));
      return cell;
    }));
  }
  cells.forEach(([figure, unit], i) => {
    const [b, name] = until.children[i].children;
    if (b.textContent !== figure) b.textContent = figure;
    if (name.textContent !== unit) name.textContent = unit;
  });
};
setInterval(count, 250);

// ------------------------------------------------------------------- reveal

let steps = [];
let at = 0;
let timer = 0;
let playing = "no"; // no, yes, paused
let stale = false;

const show = (name) => {
  playing = name;
  const box = stage();
  box.dataset.playing = name;
  const busy = name !== "no";
  for (const id of ["pause", "next", "all"]) find(`#${id}`).hidden = !busy;
  find("#pause").textContent = name === "paused" ? box.dataset.goOn : box.dataset.pause;
};

const mark = () => {
  // Whoever saw it happen is not told that it is a replay, until they ask for one.
  for (const id of ["again", "again-said"]) {
    const note = find(`#${id}`);
    if (note) note.hidden = witnessed;
  }
};

const begin = () => {
  const withAlternates = find("#last")?.checked;
  const details = find("#alternates");
  if (details) {
    details.open = false;
    details.hidden = Boolean(withAlternates);
  }
  steps = [...document.querySelectorAll("#live [data-step]")].filter((step) => withAlternates || !step.closest("#alternates"));
  for (const step of steps) {
    step.hidden = true;
    step.classList.remove("fresh");
  }
  at = 0;
  mark();
  show("yes");
  step();
};

const step = () => {
  clearTimeout(timer);
  const next = steps[at];
  if (!next) return finish();
  const details = next.closest("#alternates");
  if (details) {
    details.hidden = false;
    details.open = true;
  }
  next.hidden = false;
  if (!calm.matches) next.classList.add("fresh");
  say(next.dataset.say);
  next.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
  at += 1;
  const crowd = steps.length - 4;
  const hold = crowd > MANY && at > 4 ? Math.max(250, (3000 * MANY) / crowd) : Number(next.dataset.hold);
  if (playing === "yes") timer = setTimeout(step, hold);
};

const finish = () => {
  clearTimeout(timer);
  for (const one of steps) one.hidden = false;
  const details = find("#alternates");
  if (details) details.hidden = false;
  const focused = ["pause", "next", "all"].includes(document.activeElement?.id);
  show("no");
  if (focused) find("#replay").focus();
  if (stale) refresh();
};

document.addEventListener("click", (event) => {
  const id = event.target.closest("button")?.id;
  if (id === "replay") {
    witnessed = false;
    begin();
    find("#pause").focus();
  } else if (id === "pause") {
    if (playing === "yes") {
      clearTimeout(timer);
      show("paused");
    } else {
      show("yes");
      step();
    }
  } else if (id === "next") {
    show("paused");
    step();
  } else if (id === "all") finish();
  else if (id === "full") {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  }
});

const furnish = () => {
  for (const id of ["controls", "with-alternates"]) {
    const part = find(`#${id}`);
    if (part) part.hidden = false;
  }
  find("#full").hidden = !document.fullscreenEnabled;
  mark();
  count();
};

// --------------------------------------------------------------------- news

let asking = false;

const refresh = async () => {
  if (playing !== "no") {
    stale = true;
    return;
  }
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#live");
    const old = stage();
    if (!fresh || fresh.dataset.version === old.dataset.version) return;
    stale = false;
    const focused = document.activeElement?.id;
    const open = find("#alternates")?.open;
    const chosen = find("#last")?.checked;
    const happened = old.dataset.over === "no" && fresh.dataset.over === "yes";
    old.replaceWith(document.adoptNode(fresh));
    if (happened) witnessed = true;
    furnish();
    show(playing);
    if (open) find("#alternates").open = true;
    if (chosen) find("#last").checked = true;
    if (happened) {
      say(fresh.dataset.start);
      begin();
    }
    if (focused) find(`#${CSS.escape(focused)}`)?.focus();
  } catch {
    // The next news, or the next question, tries again.
  } finally {
    asking = false;
  }
};

const hear = (state) => {
  ahead = Date.parse(state.now) - Date.now();
  if (state.version !== stage().dataset.version) refresh();
};

const line = find("#link-state");
const tell = (name) => {
  line.dataset.now = name;
  line.textContent = line.dataset[name];
};

let poller = 0;
const poll = async () => {
  try {
    const answer = await fetch(`${stage().dataset.address}/state.json`, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    tell("poll");
    hear(await answer.json());
  } catch {
    tell("lost");
  }
};

const listen = () => {
  const source = new EventSource(`${stage().dataset.address}/events`);
  let watch = 0;
  const cut = () => {
    source.close();
    clearTimeout(watch);
    if (!poller) {
      poll();
      poller = setInterval(poll, POLL);
    }
    setTimeout(listen, AGAIN);
  };
  const alive = (patience = SILENT) => {
    clearTimeout(watch);
    watch = setTimeout(cut, patience);
  };
  const heard = () => {
    clearInterval(poller);
    poller = 0;
    tell("live");
    alive();
  };
  source.addEventListener("error", cut);
  source.addEventListener("alive", heard);
  source.addEventListener("state", (event) => {
    heard();
    hear(JSON.parse(event.data));
  });
  // The first state comes at once: a stream that opens and stays silent is held back by a proxy.
  alive(5_000);
};

furnish();
listen();
if (location.hash === "#replay" && stage().dataset.over === "yes") begin();
