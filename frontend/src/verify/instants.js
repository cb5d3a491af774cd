export const DAY = 86_400;

const INSTANT = /^([1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})Z$/;
const LOCAL = /^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2})?(Z|([+-])([0-9]{2}):([0-9]{2}))?$/;

/** Read a calendar time as if it were UTC, in seconds since 1970; null where there is no such day or hour. */
function seconds(text) {
  const [year, month, day, hour, minute, second] = text.split(/[-T:]/).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const real = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!real || hour > 23 || minute > 59 || second > 59) return null;
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second;
}

let known = { text: "", seconds: /** @type {number | null} */ (null) };

/** Read `2026-12-01T08:12:00Z` as seconds since 1970; null for anything else. @param {unknown} text */
export function instant(text) {
  // Entries stand in the order of their minutes: mostly the text is that of the record before.
  if (text === known.text) return known.seconds;
  if (typeof text !== "string") return null;
  const match = INSTANT.exec(text);
  known = { text, seconds: match ? seconds(match[1]) : null };
  return known.seconds;
}

/** Read an instant of the definition (with Z, with an offset, or local to `zone`). @param {unknown} text @param {unknown} zone */
export function localInstant(text, zone) {
  const match = typeof text === "string" ? LOCAL.exec(text) : null;
  const local = match ? seconds(match[1] + (match[2] ?? ":00")) : null;
  if (!match || local === null) return null;
  if (match[3] === "Z") return local;
  if (match[4]) {
    const [hours, minutes] = [Number(match[5]), Number(match[6])];
    if (hours > 23 || minutes > 59) return null;
    return local - (match[4] === "-" ? -1 : 1) * (hours * 3600 + minutes * 60);
  }
  try {
    return fromZone(local, String(zone));
  } catch {
    return null;
  }
}

/** Where clocks go back the first of the two, where they go forward as if they had not. */
function fromZone(local, zone) {
  const [before, after] = [offset(local - DAY, zone), offset(local + DAY, zone)];
  if (offset(local - before, zone) === before) return local - before;
  return offset(local - after, zone) === after ? local - after : local - before;
}

/** What a zone adds to UTC at an instant, in seconds. */
function offset(at, zone) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
    second: "numeric",
  });
  const parts = Object.fromEntries(format.formatToParts(at * 1000).map((part) => [part.type, Number(part.value)]));
  const date = new Date(0);
  date.setUTCFullYear(parts.year, parts.month - 1, parts.day);
  return date.getTime() / 1000 + parts.hour * 3600 + parts.minute * 60 + parts.second - at;
}

/** Write an instant as records do. @param {number} at */
export function when(at) {
  const date = new Date(at * 1000);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString().replace(".000", "");
}
