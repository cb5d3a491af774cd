// What may stand at a place of a definition in TOML, from its JSON Schema. Pure: lines in, options out.

const KEY = /^\s*([A-Za-z0-9_-]+)\s*=/;
const HEAD = /^\s*\[(\[?)\s*([A-Za-z0-9_.-]*)/;

/** The schema that a reference or a choice with null stands for. */
export function solid(schema, root) {
  while (schema) {
    if (schema.$ref) schema = root.$defs[schema.$ref.split("/").pop()];
    else if (schema.anyOf && !schema.discriminator) schema = schema.anyOf.find((one) => one.type !== "null");
    else return schema;
  }
  return undefined;
}

/** The table that a line stands in: its path, the line of its head, and the keys that it has already. */
export function tableAt(lines, at) {
  let head = at;
  while (head >= 0 && !/^\s*\[/.test(lines[head])) head--;
  const found = head >= 0 ? HEAD.exec(lines[head]) : null;
  const keys = new Map();
  for (let n = head + 1; n < lines.length && !(n > head && /^\s*\[/.test(lines[n])); n++) {
    const key = KEY.exec(lines[n]);
    if (key && n !== at) keys.set(key[1], lines[n].slice(key[0].length).trim());
  }
  return { path: found ? found[2].split(".").filter(Boolean) : [], keys };
}

/** The schema of a table; where there are several kinds, that of the kind which is said, else all of them. */
export function schemasAt(root, path, keys) {
  let schema = solid(root, root);
  for (const step of path) {
    schema = solid(schema?.properties?.[step], root);
    if (schema?.type === "array") schema = solid(schema.items, root);
  }
  if (!schema?.anyOf) return schema ? [schema] : [];
  const kind = /^["']([\w-]+)["']/.exec(keys.get("kind") ?? "")?.[1];
  const all = schema.anyOf.map((one) => solid(one, root));
  return kind ? all.filter((one) => one.properties.kind?.enum?.includes(kind)) : all;
}

const shape = (schema, root) => {
  const found = solid(schema, root) ?? {};
  if (found.type === "array") return solid(found.items, root)?.properties || solid(found.items, root)?.anyOf ? "[[…]]" : "[…]";
  return found.enum ? "choice" : (found.type ?? "");
};

const about = (path, schema, words) => words.labels[path] || (words.language === "en" ? schema.description : "") || "";

/** Keys of the table that are not there yet. */
function keysOf(root, table, words) {
  const options = new Map();
  for (const schema of schemasAt(root, table.path, table.keys)) {
    const named = schema.properties ?? (schema.additionalProperties ? { fr: schema.additionalProperties, en: schema.additionalProperties } : {});
    for (const [key, inner] of Object.entries(named)) {
      if (table.keys.has(key) || options.has(key) || shape(inner, root) === "[[…]]") continue;
      const kind = schema.properties?.kind?.enum?.length === 1 ? [schema.properties.kind.enum[0]] : [];
      const info = about([...table.path, ...kind, key].join("."), inner, words) || about([...table.path, key].join("."), inner, words);
      options.set(key, { label: key, type: "property", apply: `${key} = `, detail: shape(inner, root), info: info || undefined, boost: schema.required?.includes(key) ? 1 : 0 });
    }
  }
  return [...options.values()];
}

/** Tables that a head may name: objects in one pair of brackets, lists of objects in two. */
function headsOf(root, words) {
  const options = [];
  const walk = (schema, path) => {
    for (const [key, raw] of Object.entries(schema?.properties ?? {})) {
      const inner = solid(raw, root);
      const item = inner?.type === "array" ? solid(inner.items, root) : undefined;
      const here = [...path, key];
      const info = about(here.join("."), raw, words) || undefined;
      if (item && (item.properties || item.anyOf)) {
        options.push({ label: here.join("."), double: true, info });
        if (item.properties) walk(item, here);
      } else if (inner?.type === "object" && !(path.length && inner.additionalProperties)) {
        options.push({ label: here.join("."), double: false, info });
        walk(inner, here);
      }
    }
  };
  walk(solid(root, root), []);
  return options;
}

/** Values of a key: those of a choice, true and false. */
function valuesOf(root, table, key, words) {
  const found = new Map();
  for (const schema of schemasAt(root, table.path, key === "kind" ? new Map() : table.keys)) {
    let value = solid(schema.properties?.[key], root);
    if (value?.type === "array") value = solid(value.items, root);
    const many = value?.type === "boolean" ? ["true", "false"] : (value?.enum ?? []);
    for (const one of many.filter((each) => each !== null)) {
      const info = words.labels[[...table.path, one].join(".")];
      found.set(String(one), { label: String(one), type: "enum", quoted: value.type !== "boolean", info });
    }
  }
  return [...found.values()];
}

/** Options at a place: `from` is a column of the line; null where nothing can be said. */
export function optionsAt(root, lines, at, column, words) {
  const before = lines[at].slice(0, column);
  if (/^\s*#/.test(before)) return null;
  const head = /^\s*(\[\[?)\s*([\w.-]*)$/.exec(before);
  if (head) {
    const double = head[1] === "[[";
    const close = lines[at].slice(column).startsWith("]") ? "" : double ? "]]" : "]";
    const options = headsOf(root, words).filter((one) => one.double === double);
    return { from: column - head[2].length, options: options.map(({ label, info }) => ({ label, type: "class", apply: label + close, info })) };
  }
  const table = tableAt(lines, at);
  const key = /^\s*([A-Za-z0-9_-]*)$/.exec(before);
  if (key) return { from: column - key[1].length, options: keysOf(root, table, words) };
  const value = /^\s*([A-Za-z0-9_-]+)\s*=\s*(?:.*[[,]\s*)?(["']?)([\w-]*)$/.exec(before);
  if (!value) return null;
  const options = valuesOf(root, table, value[1], words).map((one) => {
    const quote = value[2] || '"';
    const closed = lines[at].slice(column).startsWith(quote);
    return { ...one, apply: one.quoted ? `${value[2] ? "" : quote}${one.label}${closed ? "" : quote}` : one.label };
  });
  return options.length ? { from: column - value[3].length, options } : null;
}
