// The definition as text: an editor over the plain text box, which stays the one that is sent.
// Without this file, or before it is there, the text box works as it is.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { linter, lintGutter, lintKeymap } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { optionsAt } from "./definition/complete.js";

const box = document.querySelector("textarea[data-definition]");
const fr = /^fr/i.test(document.documentElement.lang);
const PHRASES = fr
  ? { Completions: "Propositions", Diagnostics: "Remarques", "No diagnostics": "Aucune remarque", close: "fermer", "Control character": "Caractère de contrôle" }
  : {};

const COLOURS = HighlightStyle.define([
  { tag: tags.comment, color: "var(--ink-2)", fontStyle: "italic" },
  { tag: tags.propertyName, color: "var(--brand-ink)", fontWeight: "600" },
  { tag: [tags.atom, tags.number], color: "var(--warn)" },
  { tag: tags.string, color: "var(--good)" },
]);

const LOOK = EditorView.theme({
  "&": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "var(--r2)", fontSize: "var(--t-small)" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--code)", lineHeight: "1.6", minHeight: "22rem", maxHeight: "75vh", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)", paddingBlock: ".75rem" },
  ".cm-cursor": { borderInlineStartColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunk)", color: "var(--ink-2)", borderInlineEnd: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in oklab, var(--brand-ink) 6%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in oklab, var(--brand-ink) 22%, transparent)" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "var(--r2)", boxShadow: "var(--lift)" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--code)" },
  ".cm-tooltip-autocomplete > ul > li": { padding: ".3rem .6rem", minHeight: "1.75rem" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--brand-ink)", color: "var(--surface)" },
  ".cm-completionDetail": { color: "inherit", opacity: ".8", fontStyle: "normal" },
  ".cm-completionInfo": { maxWidth: "22rem", padding: ".5rem .75rem", fontFamily: "var(--sans)" },
  ".cm-diagnostic": { padding: ".5rem .75rem", fontFamily: "var(--sans)", borderInlineStartWidth: "3px" },
});

async function begin() {
  const schema = await (await fetch(box.dataset.schema, { headers: { accept: "application/schema+json" } })).json();
  const words = { language: fr ? "fr" : "en", labels: JSON.parse(box.dataset.labels) };

  const complete = ({ state, pos, explicit }) => {
    const line = state.doc.lineAt(pos);
    const found = optionsAt(schema, state.doc.toJSON(), line.number - 1, pos - line.from, words);
    if (!found || (!explicit && found.from === pos - line.from && !/[["'=]\s*$/.test(line.text.slice(0, pos - line.from)))) return null;
    return { from: line.from + found.from, options: found.options, validFor: /^[\w.-]*$/ };
  };

  // The server reads the text as it would be saved, and keeps nothing.
  const check = async (view) => {
    const sent = new FormData();
    sent.set("csrf", box.form.elements.csrf.value);
    sent.set("text", view.state.doc.toString());
    const answer = await fetch(box.dataset.check, { method: "POST", body: sent, headers: { accept: "application/json" } });
    if (!answer.ok) return [];
    const { problems } = await answer.json();
    return problems.map(({ line, level, text }) => {
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      const from = at.from + (/^\s*/.exec(at.text)?.[0].length ?? 0);
      return { from: Math.min(from, at.to), to: at.to, severity: { block: "error", warn: "warning" }[level] ?? "info", message: text };
    });
  };

  const label = document.querySelector(`label[for="${box.id}"]`);
  const view = new EditorView({
    state: EditorState.create({
      doc: box.value,
      extensions: [
        EditorView.cspNonce.of(document.querySelector("script[data-editor]").nonce),
        EditorState.phrases.of(PHRASES),
        EditorState.tabSize.of(2),
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        bracketMatching(),
        closeBrackets(),
        StreamLanguage.define(toml),
        syntaxHighlighting(COLOURS),
        LOOK,
        autocompletion({ override: [complete], icons: false }),
        linter(check, { delay: 600 }),
        // Tab is not bound: it leaves the editor, as it leaves any field.
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-labelledby": label.id, tabindex: "0", ...(box.dataset.line && { "aria-invalid": "true" }) }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) box.value = update.state.doc.toString();
        }),
      ],
    }),
  });
  box.before(view.dom);
  box.hidden = true;
  label.addEventListener("click", () => view.focus());
  document.querySelector('.errors a[href="#text"]')?.addEventListener("click", (event) => {
    event.preventDefault();
    event.stopPropagation();
    view.focus();
  });
  if (box.dataset.line) {
    const at = view.state.doc.line(Math.min(Number(box.dataset.line), view.state.doc.lines));
    view.dispatch({ selection: { anchor: at.from }, effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
  }
}

if (box) begin();
