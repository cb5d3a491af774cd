// Passkeys: a form asks the server for options, the browser makes or uses a key, the form carries the answer.
// Without this file the forms stay hidden, and passwords and codes work as before.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

const make = async (options) => {
  const { id, rawId, type, response } = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    },
  });
  return {
    id,
    type,
    rawId: text(rawId),
    response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject) },
  };
};

const use = async (options) => {
  const { id, rawId, type, response } = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: named(options.allowCredentials),
    },
  });
  return {
    id,
    type,
    rawId: text(rawId),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  };
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) break;
  const told = form.querySelector("[data-told]");
  const button = form.querySelector("button");
  const say = (words) => {
    told.hidden = !words;
    told.textContent = words;
  };
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    say("");
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.options, { method: "POST", body, headers: { accept: "application/json" } });
      const options = await answer.json();
      if (!answer.ok) {
        say(options.error || form.dataset.failed);
        return;
      }
      const made = await (form.dataset.passkey === "make" ? make : use)(options);
      form.elements.credential.value = JSON.stringify(made);
      form.submit();
    } catch (error) {
      const known = error.name === "InvalidStateError" && form.dataset.known;
      say(known || (error.name === "NotAllowedError" ? form.dataset.stopped : form.dataset.failed));
    } finally {
      button.disabled = false;
    }
  });
}
for (const note of document.querySelectorAll("[data-no-passkeys]")) note.hidden = Boolean(window.PublicKeyCredential);
