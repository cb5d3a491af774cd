// Entry form: a proof of work replaces the captcha. Nothing is loaded before
// the visitor touches the form, and nothing here may ever keep an entry from
// being sent: without a proof the server asks for a confirmation by e-mail.

const form = document.querySelector("form[data-challenge]");
const slot = form?.querySelector(".captcha");

// How long a visitor who pressed the button waits for the proof.
const PATIENCE = 20_000;

const TEXTS = {
  fr: {
    idle: "Vérification anti-robot",
    about: "Un calcul sur votre appareil (ALTCHA), sans cookie ni suivi.",
    wait: "Encore un instant\u00a0: votre participation part dès la fin de la vérification.",
    failed: "La vérification n’a pas pu se faire. Envoyez quand même\u00a0: nous vous demanderons de confirmer par e-mail.",
    widget: {
      ariaLinkLabel: "ALTCHA",
      error: "La vérification a échoué.",
      expired: "La vérification a expiré.",
      footer: "",
      label: "Vérification anti-robot",
      loading: "Chargement…",
      verificationRequired: "Vérification nécessaire",
      verified: "Vérification faite",
      verifying: "Vérification en cours…",
      verify: "Vérifier",
      waitAlert: "Vérification en cours, patientez un instant.",
    },
  },
  en: {
    idle: "Anti-robot check",
    about: "A computation on your device (ALTCHA), no cookie, no tracking.",
    wait: "One moment: your entry is sent as soon as the check is done.",
    failed: "The check could not be done. Send your entry anyway: we will ask you to confirm by e-mail.",
    widget: {
      ariaLinkLabel: "ALTCHA",
      error: "The check failed.",
      expired: "The check has expired.",
      footer: "",
      label: "Anti-robot check",
      loading: "Loading…",
      verificationRequired: "Check needed",
      verified: "Check done",
      verifying: "Checking…",
      verify: "Check",
      waitAlert: "Checking, one moment please.",
    },
  },
};

if (form && slot) setup();

function setup() {
  const language = /^fr/i.test(document.documentElement.lang) ? "fr" : "en";
  const texts = TEXTS[language];

  // Same query (a version, say) as this file: a new release is fetched whole.
  const beside = (name) => {
    const url = new URL(name, import.meta.url);
    url.search = new URL(import.meta.url).search;
    return url.href;
  };

  const place = document.createElement("div");
  place.className = "slot";
  place.textContent = texts.idle;
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.textContent = texts.about;
  slot.replaceChildren(place, status);

  let started = false;
  let widget = null;
  let given_up = false;
  let pending = false; // the visitor pressed the button and waits
  let button = null;
  let patience = 0;
  let solved_at = 0;
  let asked_at = 0;

  const state = () => widget?.getState?.();
  const ready = () => given_up || state() === "verified";

  function busy(on) {
    for (const b of form.querySelectorAll('button:not([type=button]), input[type="submit"]')) {
      if (on) b.setAttribute("aria-busy", "true");
      else b.removeAttribute("aria-busy");
    }
  }

  function hold() {
    start();
    if (!pending) {
      pending = true;
      status.textContent = texts.wait;
      busy(true);
      patience = setTimeout(give_up, PATIENCE);
    }
    if (widget && !["verifying", "verified"].includes(state())) verify();
  }

  function release() {
    if (!pending) return;
    pending = false;
    clearTimeout(patience);
    busy(false);
    // Older browsers: the fields were checked before the wait.
    if (form.requestSubmit) form.requestSubmit(button?.form === form ? button : undefined);
    else form.submit();
  }

  function give_up() {
    if (given_up) return;
    given_up = true;
    // The box of the widget is a required field: out with it.
    widget?.remove();
    widget = null;
    place.remove();
    status.textContent = texts.failed;
    release();
  }

  function verify() {
    asked_at = Date.now();
    widget.verify().catch(give_up);
  }

  async function start() {
    if (started) return;
    started = true;
    try {
      if (!isSecureContext || !window.Worker || !window.customElements) throw new Error("unsupported");
      const sheet = document.createElement("link");
      sheet.rel = "stylesheet";
      sheet.href = beside("altcha.css");
      document.head.append(sheet);
      await import(beside("altcha.js"));
      if (given_up) return;
      const { algorithms, i18n } = globalThis.$altcha;
      const worker = (name) => () => new Worker(beside(name));
      for (const bits of [256, 384, 512]) {
        algorithms.set(`SHA-${bits}`, worker("altcha-sha.js"));
        algorithms.set(`PBKDF2/SHA-${bits}`, worker("altcha-pbkdf2.js"));
      }
      i18n.set(language, { ...i18n.get(language), ...texts.widget });
      await customElements.whenDefined("altcha-widget");
      widget = document.createElement("altcha-widget");
      for (const [name, value] of Object.entries({
        challenge: form.dataset.challenge,
        name: "altcha",
        auto: "onload",
        language,
        workers: "2",
        // No collection of pointer, scroll or time zone, and no pause for show.
        configuration: JSON.stringify({
          humanInteractionSignature: false,
          serverVerificationFields: false,
          serverVerificationTimeZone: false,
          credentials: "same-origin",
          setCookie: null,
          hideLogo: true,
          hideFooter: true,
          minDuration: 0,
          timeout: PATIENCE,
        }),
      })) widget.setAttribute(name, value);
      asked_at = Date.now();
      widget.addEventListener("statechange", (event) => {
        const { state } = event.detail;
        if (state === "verified") {
          solved_at = Date.now();
          if (!pending) status.textContent = texts.about;
          // The hidden input receives its value in the next turn.
          setTimeout(release);
        } else if (state === "error") {
          give_up();
        } else if (state === "expired" && solved_at >= asked_at) {
          // Too old by now: solve a fresh one. One that is born expired means
          // that this device's clock is wrong; the server is the judge.
          verify();
        }
      });
      place.replaceWith(widget);
    } catch {
      give_up();
    }
  }

  for (const type of ["focusin", "pointerdown", "input"]) {
    form.addEventListener(type, start, { once: true, passive: true });
  }

  form.addEventListener("click", (event) => {
    const b = event.target.closest?.("button, input");
    if (b && b.type === "submit") button = b;
  }, true);

  // While it works the widget's box counts as an unfilled required field: the
  // browser would refuse with a bubble. Take it as a request to wait instead,
  // unless another field is wrong as well.
  form.addEventListener("invalid", (event) => {
    if (!widget?.contains(event.target)) return;
    event.preventDefault();
    const others = [...form.elements].some((e) => !widget.contains(e) && e.willValidate && !e.validity.valid);
    if (!others) hold();
  }, true);

  form.addEventListener("submit", (event) => {
    if (ready()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.submitter) button = event.submitter;
    hold();
  }, true);

  // Back from the next page: the proof was spent, make another.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    pending = false;
    clearTimeout(patience);
    busy(false);
    if (widget) setTimeout(verify);
  });
}
