// Builds the static files of the web application.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "contests", "web", "static");
const from = (...parts) => join(here, ...parts);
const altcha = (...parts) => from("node_modules", "altcha", ...parts);
const { version } = JSON.parse(await readFile(altcha("package.json"), "utf8"));
const packageFile = (name, ...parts) => from("node_modules", ...name.split("/"), ...parts);
const VERIFIER = ["@noble/curves", "@noble/hashes", "fflate"];
// Everything that ends up in definition.js: the editor, and what it stands on.
const EDITOR = ["autocomplete", "commands", "language", "legacy-modes", "lint", "state", "streamparser", "view"].map((name) => `@codemirror/${name}`)
  .concat(["@lezer/common", "@lezer/highlight", "@lezer/lr", "@marijn/find-cluster-break", "crelt", "style-mod", "w3c-keyname"]);
const told = (names) => Promise.all(
  names.map(async (name) => ({
    name,
    version: JSON.parse(await readFile(packageFile(name, "package.json"), "utf8")).version,
    licence: (await readFile(packageFile(name, "LICENSE"), "utf8")).trim(),
  })),
);
const packages = await told(VERIFIER);
const editor = await told(EDITOR);

await mkdir(out, { recursive: true });

const common = {
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  target: ["chrome109", "firefox115", "safari15.6"],
};
const notice = `/*! altcha ${version}, MIT licence, see licences.txt */`;

const editorNotice = `/*! CodeMirror ${editor.find(({ name }) => name.endsWith("/view")).version} and what it stands on, MIT licence, see licences.txt */`;
const verifierNotice = `/*! ${packages.map(({ name, version }) => `${name} ${version}`).join(", ")}, MIT licence, see licences.txt */`;

// One call each: the names are stable and nothing is split behind our back.
await Promise.all([
  build({ ...common, entryPoints: [from("src/app.css")], outfile: join(out, "app.css"), external: ["data:*"] }),
  build({ ...common, entryPoints: [from("src/app.js")], outfile: join(out, "app.js"), format: "iife" }),
  build({ ...common, entryPoints: [from("src/live.css")], outfile: join(out, "live.css") }),
  build({ ...common, entryPoints: [from("src/live.js")], outfile: join(out, "live.js"), format: "esm" }),
  build({ ...common, entryPoints: [from("src/enter.js")], outfile: join(out, "enter.js"), format: "esm" }),
  build({ ...common, entryPoints: [from("src/passkeys.js")], outfile: join(out, "passkeys.js"), format: "esm" }),
  build({ ...common, entryPoints: [from("src/embed.js")], outfile: join(out, "embed.js"), format: "iife" }),
  build({ ...common, entryPoints: [from("src/frame.js")], outfile: join(out, "frame.js"), format: "iife" }),
  build({ ...common, entryPoints: [from("src/verify.css")], outfile: join(out, "verify.css") }),
  build({ ...common, entryPoints: [from("src/verify-page.js")], outfile: join(out, "verify.js"), format: "iife" }),
  build({ ...common, entryPoints: [from("src/verify-worker.js")], outfile: join(out, "verify-worker.js"), format: "iife", banner: { js: verifierNotice } }),
  build({ ...common, entryPoints: [from("src/definition.js")], outfile: join(out, "definition.js"), format: "esm", banner: { js: editorNotice } }),
  build({ ...common, entryPoints: [altcha("dist/external/altcha.min.js")], outfile: join(out, "altcha.js"), format: "esm", banner: { js: notice } }),
  build({ ...common, entryPoints: [altcha("dist/external/altcha.css")], outfile: join(out, "altcha.css"), banner: { css: notice } }),
  build({ ...common, entryPoints: [altcha("dist/workers/sha.js")], outfile: join(out, "altcha-sha.js"), format: "iife", banner: { js: notice } }),
  build({ ...common, entryPoints: [altcha("dist/workers/pbkdf2.js")], outfile: join(out, "altcha-pbkdf2.js"), format: "iife", banner: { js: notice } }),
]);

// The licences ask that their text goes with every copy.
await writeFile(
  join(out, "licences.txt"),
  `altcha ${version} (altcha.js, altcha.css, altcha-sha.js, altcha-pbkdf2.js)\n\n` +
    (await readFile(altcha("LICENSE.txt"), "utf8")).trim() +
    "\n\n----\n\n" +
    (await readFile(from("src/licence-svelte.txt"), "utf8")).trim() +
    packages.map(({ name, version, licence }) => `\n\n----\n\n${name} ${version} (verify-worker.js)\n\n${licence}`).join("") +
    editor.map(({ name, version, licence }) => `\n\n----\n\n${name} ${version} (definition.js)\n\n${licence}`).join("") +
    "\n",
);

for (const name of ["app.css", "app.js", "enter.js", "passkeys.js", "embed.js", "frame.js", "live.js", "live.css", "verify.js", "verify.css", "verify-worker.js", "definition.js", "altcha.js", "altcha.css", "altcha-sha.js", "altcha-pbkdf2.js", "licences.txt"]) {
  const file = join(out, name);
  const data = await readFile(file);
  const smallest = brotliCompressSync(data); // as small as it gets; the server has none of its own, and makes gzip itself
  await writeFile(`${file}.br`, smallest);
  const packed = gzipSync(data, { level: 9 }).length;
  console.log(`${name.padEnd(20)}${String(data.length).padStart(8)} B${String(packed).padStart(8)} B gzip${String(smallest.length).padStart(8)} B brotli`);
}
