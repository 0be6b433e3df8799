/* Verdicts, people and lists as they are seen. What a stranger's code says goes in as text, never as markup. */

import { inPrint } from "./format.js";
import { age, firstInWords, inWords, ownZone } from "./when.js";
import { named, say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
/* A sign has a shape of its own, so that it is known without its colour: circle, triangle, octagon, square. */
const SIGNS = {
  good: ["M32 3a29 29 0 1 0 0 58 29 29 0 0 0 0-58z", "M18 33l10 10 19-21"],
  wait: ["M32 5L61 58H3z", "M32 25v15M32 48v2"],
  bad: ["M21 4h22l17 17v22L43 60H21L4 43V21z", "M22 22l20 20M42 22L22 42"],
  calm: ["M8 6h48v52H8z", "M25 24a7 7 0 1 1 11 6c-3 2-4 3-4 7M32 46v2"],
};

export const byId = (id) => document.getElementById(id);

export function make(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  element.append(...children.filter(Boolean));
  return element;
}

function sign(tone) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 64 64");
  picture.setAttribute("class", "sign");
  picture.setAttribute("aria-hidden", "true");
  for (const [i, outline] of SIGNS[tone].entries()) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", outline);
    path.setAttribute("class", i ? "stroke" : "shape");
    picture.append(path);
  }
  return picture;
}

const HEADS = { no_badge: "verdict_no_badge", code_valid: "verdict_code_valid", unknown_key_old_list: "verdict_unconfirmed" };

/* What is shown, large: sign, word and reason. The heading takes the focus, and with it readers say why, and whose badge it is. */
export function showVerdict(place, { judgement, list, now }) {
  const { verdict, tone, reason, badge } = judgement;
  const zone = zoneOf(badge, list);
  const ends = badge && endOf(badge, list).until;
  const values = badge ? { from: inWords(badge.validFrom, zone), until: inWords(ends, zone) } : {};
  if (list) values.age = age(now - list.made);
  place.replaceChildren(make("div", { class: `verdict ${tone}`, "data-verdict": verdict },
    sign(tone), make("h2", { text: say(HEADS[reason] ?? `verdict_${verdict}`), tabindex: "-1", "aria-describedby": "reason who" }),
    make("p", { text: say(`reason_${reason}`, values), id: "reason" })));
}

export function showChecking(place) {
  place.replaceChildren(make("p", { class: "checking", text: say("checking") }));
}

const zoneOf = (badge, list) => (badge && list?.elections.get(badge.election)?.zone) || [...(list?.elections.values() ?? [])][0]?.zone || ownZone();

function endOf(badge, list) {
  const ends = list?.elections.get(badge.election)?.ends ?? null;
  return { known: ends !== null, until: ends === null ? badge.validUntil : Math.min(ends, badge.validUntil) };
}

/* Whose badge it is: who it looks like at `place`, the rest at `below`. `answer` is the commission's, or null; `photo` an
   address for <img>, or null. */
export function showPerson(place, below, { judgement, list, answer, photo }) {
  const { badge } = judgement;
  const who = badge ? fromBadge(badge, list, answer) : fromAnswer(answer, list);
  below.replaceChildren(...(who ? [make("dl", { class: "sheet facts" },
    ...who.facts.flatMap(([term, value]) => [make("dt", { text: say(term) }), make("dd", {}, make("bdi", { text: value }))]))] : []));
  if (!who) return place.replaceChildren();
  const swatch = /^#[0-9a-f]{6}$/i.test(who.colour ?? "") && make("span", { class: "swatch", "aria-hidden": "true" });
  if (swatch) swatch.style.setProperty("background-color", who.colour);
  place.replaceChildren(make("div", { class: "sheet person" },
    photo && make("img", { src: photo, alt: say("photo_of", { name: who.name }), width: "150", height: "200" }),
    make("div", { id: "who" },
      make("p", { class: "name" }, make("bdi", { text: who.name })),
      who.category && make("p", { class: "category" }, swatch, make("bdi", { text: who.category })))));
}

function fromBadge(badge, list, answer) {
  const election = list?.elections.get(badge.election);
  const category = list?.categories.get(badge.category);
  const mission = list?.missions.get(`${badge.election}/${badge.mission}`);
  const zone = zoneOf(badge, list);
  const { known, until } = endOf(badge, list);
  const span = { from: firstInWords(badge.validFrom, until, zone), until: inWords(until, zone) };
  const facts = [voidSince(answer, zone), ["mission", named(mission?.name) || badge.mission], ["election", named(election?.name)], ["number", text(answer?.number)],
    ["validity", say(known ? "validity_term" : "validity_open", span)], ["code", inPrint(badge.code)]];
  return { name: badge.name, category: named(category?.name), colour: category?.colour, facts: facts.filter(([, value]) => value) };
}

/* A typed code carries nothing; what the commission answers is all there is. */
function fromAnswer(answer, list) {
  if (!answer?.name) return null;
  const zone = zoneOf(null, list);
  const open = [...(list?.elections.values() ?? [])].some((one) => one.ends === null); // which election's it is, is not told
  const [from, until] = [Date.parse(answer.valid_from) / 1000, Date.parse(answer.valid_until) / 1000];
  const span = Number.isFinite(from + until) && { from: firstInWords(from, until, zone), until: inWords(until, zone) };
  const facts = [voidSince(answer, zone), ["mission", text(answer.mission)], ["number", text(answer.number)],
    ["validity", span && say(open ? "validity_open" : "validity_term", span)], ["code", text(answer.code)]];
  return { name: text(answer.name), category: text(answer.category), facts: facts.filter(([, value]) => value) };
}

function voidSince(answer, zone) {
  const since = answer?.verdict === "void" ? Date.parse(answer.since) : NaN;
  return ["void_since", since && inWords(since / 1000, zone)];
}

const text = (value) => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/* Where the badge was seen of late, below the face that is compared: it may be a copy. */
export function showElsewhere(place, { answer, list, badge }) {
  const elsewhere = Array.isArray(answer?.elsewhere) ? answer.elsewhere : [];
  place.replaceChildren(...(elsewhere.length ? [make("div", { class: "elsewhere" }, make("h3", { text: say("elsewhere", { n: elsewhere.length }) }),
    make("ul", {}, ...elsewhere.slice(0, 8).map((one) => make("li", { text: elsewhereLine(one, zoneOf(badge, list)) }))))] : []));
}

/* How it was checked. `network`: asking, online, offline. */
export function showHow(place, { network, list, now, badge }) {
  const words = { asking: "asking", online: "checked_online", offline: "checked_offline" };
  place.dataset.network = network;
  place.replaceChildren(make("p", { class: "hint", text: `${say(words[network])} ${list ? listLine(list, now, zoneOf(badge, list)) : ""}` }));
}

function elsewhereLine(one, zone) {
  const at = typeof one.at === "number" ? one.at : Date.parse(one.at);
  const place = text(one.place) || say("place_unknown");
  return Number.isFinite(at) ? say("elsewhere_at", { place, time: inWords(at / 1000, zone) }) : place;
}

const listLine = (list, now, zone) => say("list_line", { time: inWords(list.made, zone), age: age(now - list.made) });

/* Whether this phone is ready, and what is wrong with it; `brief` beside a verdict, which names the list itself. */
export function showState(place, knowledge, store, brief) {
  const { list } = knowledge;
  const now = knowledge.now();
  const fresh = knowledge.isFresh(-1);
  const warnings = [
    knowledge.clockIsWrong && say("warning_clock"),
    knowledge.refused && list && say("warning_refused", { reason: say(`refused_${knowledge.refused}`) }),
    !store.lasting && say("warning_not_lasting"),
  ].filter(Boolean);
  place.replaceChildren(
    make("p", { class: `ready ${list ? (fresh ? "good" : "wait") : "calm"}` }, sign(list ? (fresh ? "good" : "wait") : "calm"),
      make("span", { text: say(list ? (fresh ? "ready" : "ready_old") : "verdict_unprepared") })),
    ...(list && !brief ? [make("p", { class: "hint", text: listLine(list, now, zoneOf(null, list)) })] : []),
    ...warnings.map((words) => make("p", { class: "warning", role: "status", text: words })),
    ...(store.scans.size ? [make("p", { class: "hint", text: say("waiting_scans", { n: store.scans.size }) })] : []));
}
