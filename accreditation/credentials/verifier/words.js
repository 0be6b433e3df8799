/* The page's words. Values put into a sentence are isolated, so that Latin names and numbers stand right in Arabic. */

export const LANGUAGES = ["en", "az", "fr", "ru", "ar"];
const RIGHT_TO_LEFT = ["ar"];
let words = {};
let plural;
export let language = "en";

/* The language that was chosen, else the first of the phone's that we speak. */
export function bestLanguage(chosen) {
  const wishes = [chosen, ...navigator.languages].map((one) => String(one).slice(0, 2).toLowerCase());
  return wishes.find((one) => LANGUAGES.includes(one)) ?? "en";
}

export async function speak(wish) {
  const answer = await fetch(new URL(`./words/${wish}.json`, import.meta.url));
  words = await answer.json();
  language = wish;
  plural = new Intl.PluralRules(wish);
  document.documentElement.lang = wish;
  document.documentElement.dir = RIGHT_TO_LEFT.includes(wish) ? "rtl" : "ltr";
}

/* A text by its name; `values` fill its {places}, and `n` chooses among its forms. */
export function say(name, values = {}) {
  let text = words[name];
  if (text === undefined) throw new Error(`no words for ${name}`);
  if (typeof text === "object") text = text[plural.select(values.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (_, place) => isolated(String(values[place])));
}

/* What is put together from isolated pieces runs as the language does: nothing strong is left to tell its direction. */
function isolated(value) {
  const own = RIGHT_TO_LEFT.includes(language) ? "\u2067" : "\u2066";
  return `${/[\u2066-\u2068]/.test(value) ? own : "\u2068"}${value}\u2069`;
}

export const has = (name) => name in words;

/* Of a commission's own names, which may not be worded in every language. */
export const named = (names) => names?.[language] || names?.en || "";
