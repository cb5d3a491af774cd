// Progressive enhancement only: every page works without this file.

const $$ = (selector) => document.querySelectorAll(selector);
const fr = /^fr/i.test(document.documentElement.lang);

// One polite live region for the whole page, there before it speaks.
const live = document.createElement("p");
live.className = "visually-hidden";
live.setAttribute("role", "status");
document.body.append(live);

const say = (text) => {
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 60);
};

// Countdown: figures are added above the date, which stays the text of record.
// They are hidden from assistive technology; only the end is announced, once.
const units = fr
  ? [["jour", "jours"], ["heure", "heures"], ["min", "min"], ["s", "s"]]
  : [["day", "days"], ["hour", "hours"], ["min", "min"], ["s", "s"]];

for (const time of $$(".countdown time[data-until]")) {
  const until = Date.parse(time.dataset.until);
  if (!(until > Date.now())) continue;
  const box = document.createElement("span");
  box.className = "left";
  box.setAttribute("aria-hidden", "true");
  const cells = units.map(() => {
    const cell = document.createElement("span");
    const figure = document.createElement("b");
    const unit = document.createTextNode("");
    cell.append(figure, unit);
    box.append(cell);
    return { cell, figure, unit };
  });
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    const values = [Math.floor(left / 86400), Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60];
    cells.forEach(({ cell, figure, unit }, i) => {
      const text = i > 1 ? String(values[i]).padStart(2, "0") : String(values[i]);
      if (figure.textContent !== text) figure.textContent = text;
      const name = units[i][values[i] > 1 ? 1 : 0];
      if (unit.data !== name) unit.data = name;
      if (!i) cell.hidden = !values[0];
    });
    if (left) return setTimeout(tick, 1000 - (Date.now() % 1000));
    box.remove();
    const over = time.dataset.over;
    if (over) {
      (time.closest("p") ?? time).textContent = over; // “Open until” goes with its date
      say(over);
    }
  };
  tick();
  if (until > Date.now()) time.closest(".countdown").prepend(box);
}

// The error summary takes the focus; its links go to the field itself.
const errors = document.querySelector(".errors");
if (errors) {
  errors.tabIndex = -1;
  errors.focus();
  errors.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    const input = target.matches("input,select,textarea") ? target : target.querySelector("input,select,textarea");
    target.closest(".field")?.scrollIntoView({ block: "start" });
    (input || target).focus({ preventScroll: true });
  });
}

// On a phone the tabs scroll: the one that is open must be seen.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Copy buttons come hidden and show themselves where copying is possible.
for (const button of $$("button[data-copy]")) {
  const source = document.querySelector(button.dataset.copy);
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const text = "value" in source ? source.value : source.textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(source);
      return;
    }
    const done = button.dataset.done || (fr ? "Copié" : "Copied");
    button.textContent = done;
    say(done);
    setTimeout(() => (button.textContent = label), 2500);
  });
}

// [data-confirm] on a form, or on one button of it: a dialog asks, the safe answer has the focus.
const confirmed = new WeakSet();
document.addEventListener("submit", (event) => {
  const form = event.target;
  const asking = event.submitter?.dataset.confirm ? event.submitter : form;
  const text = asking.dataset?.confirm;
  if (!text || event.defaultPrevented) return;
  if (confirmed.delete(form)) return;
  if (!window.HTMLDialogElement || !form.requestSubmit) {
    if (!confirm(text)) event.preventDefault();
    return;
  }
  event.preventDefault();
  const { submitter } = event;
  const dialog = document.createElement("dialog");
  const question = document.createElement("p");
  question.id = "confirm-text";
  question.textContent = text;
  dialog.setAttribute("aria-labelledby", question.id);
  const actions = document.createElement("div");
  actions.className = "actions";
  const button = (label, kind, act) => {
    const b = document.createElement("button");
    b.type = "button";
    b.className = "button " + kind;
    b.textContent = label;
    b.addEventListener("click", () => {
      dialog.close();
      act?.();
    });
    actions.append(b);
    return b;
  };
  const no = button(asking.dataset.no || (fr ? "Annuler" : "Cancel"), "plain");
  button(
    asking.dataset.yes || submitter?.textContent.trim() || "OK",
    submitter?.classList.contains("danger") ? "danger" : "",
    () => {
      confirmed.add(form);
      form.requestSubmit(submitter);
    },
  );
  dialog.append(question, actions);
  dialog.addEventListener("close", () => {
    dialog.remove();
    submitter?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
});

// Widths that only the data knows; the policy forbids style attributes.
for (const bar of $$(".bar[data-share]")) {
  bar.style.width = `${Math.min(100, Math.max(0, parseFloat(bar.dataset.share) || 0))}%`;
}

// Figures that go on by themselves: the same page is asked for again, and what changed takes its place. Nothing
// moves while somebody reads with the keyboard inside, and unfolded tables stay unfolded.
for (const box of $$("[data-refresh]")) {
  setInterval(async () => {
    if (document.hidden || (box.contains(document.activeElement) && document.activeElement !== box)) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(box.id);
      if (!fresh || fresh.innerHTML === box.dataset.seen) return;
      box.dataset.seen = fresh.innerHTML;
      box.querySelectorAll("details").forEach((old, i) => {
        const there = old.id ? fresh.querySelector(`#${old.id}`) : fresh.querySelectorAll("details")[i];
        if (there) there.open = old.open;
      });
      box.replaceChildren(...fresh.childNodes);
    } catch {
      // Away for a while: the next time will tell.
    }
  }, 1000 * Number(box.dataset.refresh));
}

// Paper cannot be clicked: unfold the proofs for printing, then fold them back.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...$$("main details:not([open])")];
  for (const d of unfolded) d.open = true;
});
addEventListener("afterprint", () => {
  for (const d of unfolded) d.open = false;
});

// The guided editor saves while one types. Buttons do it too, and are all there is without this file.
for (const form of $$("form[data-autosave]")) {
  const status = form.querySelector("[data-status]");
  let waiting = 0;
  let busy = Promise.resolve();
  let saving = 0;
  let refused = false;
  addEventListener("beforeunload", (event) => refused && event.preventDefault());
  const save = async () => {
    saving++;
    await send().finally(() => saving--);
  };
  const send = async () => {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { accept: "application/json" },
    }).catch(() => null);
    refused = !answer?.ok;
    if (!answer) return;
    const said = await answer.json().catch(() => ({}));
    if (answer.ok && said.mark) {
      form.elements.mark.value = said.mark;
      form.action = form.action.replace(/\/c\/[^/]+\//, `/c/${said.slug}/`);
      const time = new Date(said.at).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
      status.textContent = form.dataset.saved.replace("{time}", time);
      for (const list of form.querySelectorAll(".field > .said")) {
        const { name } = list.parentElement.querySelector("[name]");
        if (!said.open.includes(name)) list.remove();
      }
    } else {
      const field = said.at && form.elements.namedItem(said.at)?.labels?.[0]?.textContent.trim();
      status.textContent = `${form.dataset.unsaved} ${field ? `${field} – ` : ""}${said.error || said.detail || answer.status}`;
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => (busy = busy.then(save)), 1200);
  });
  // What is still on its way changes the mark that the form must send.
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    refused = false; // what the page says next keeps what was typed
    if (!saving) return;
    event.preventDefault();
    busy.then(() => form.requestSubmit(event.submitter));
  });
}
