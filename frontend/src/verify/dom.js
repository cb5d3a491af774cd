import { spaced } from "./sentences.js";

const french = /^fr/i.test(document.documentElement.lang);

/** @type {"fr" | "en"} */
export const language = french ? "fr" : "en";

/** A sentence with the spaces of its language. @param {string} text */
export const fit = (text) => (french ? spaced(text) : text);

/**
 * Make an element; texts stay texts, whatever they hold.
 * @param {string} name `tag.class.class` @param {...(Node | string | null | undefined | false)} children
 */
export function make(name, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  made.classList.add(...classes);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return made;
}

/** A button that does something. @param {string} label @param {() => void} act @param {string} [kind] */
export function makeButton(label, act, kind = "button.plain") {
  const made = make(kind.replace("button", "button.button"), label);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/** Let the reader save a text as a file. @param {string} name @param {string} text @param {string} kind */
export function save(name, text, kind) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: kind }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
