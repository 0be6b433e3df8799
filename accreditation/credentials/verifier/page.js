/* The page: it opens with a badge behind the #, or waits for one by camera, picture or hand. */

import { Commission } from "./asking.js";
import { Checks } from "./checks.js";
import { typedCode } from "./format.js";
import { byId, showState } from "./show.js";
import { allowSound, signal } from "./sound.js";
import { openStore } from "./store.js";
import { Knowledge } from "./sync.js";
import { bestLanguage, language, named, say, speak } from "./words.js";

const REFRESH_EVERY = 10 * 60 * 1000;
const SETTINGS = { sound: false, vibration: false, shortcuts: true };

const first = takeFragment(); // before anything can be slow: it shall not stay in the history
let store, knowledge, commission, checks, settings, camera, installation;

function takeFragment() {
  const fragment = location.hash.slice(1);
  if (fragment) history.replaceState(null, "", location.pathname);
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

async function begin() {
  store = await openStore();
  settings = { ...SETTINGS, ...store.get("settings") };
  knowledge = new Knowledge(store);
  commission = new Commission(store, knowledge);
  checks = new Checks({ knowledge, commission, store, signal: (tone) => signal(tone, settings) });
  await Promise.all([knowledge.load(), speak(bestLanguage(store.get("language")))]);
  translate();
  listen();
  const refreshed = refresh();
  const asked = takeFragment() || first; // a badge may have come while the words were on their way
  if (asked) await check(asked);
  await refreshed;
  setInterval(refresh, REFRESH_EVERY);
  await prepareOffline();
}

/* News from the commission, old scans to it, and the badge on the screen judged anew. */
async function refresh() {
  await knowledge.refresh();
  if (knowledge.answers) await commission.tell();
  await checks.again();
  drawState();
}

function drawState() {
  byId("commission").textContent = named([...(knowledge.list?.elections.values() ?? [])].at(-1)?.commission) || say("commission");
  showState(byId("state"), knowledge, store, checks.shown !== null);
  byId("scan").textContent = say(checks.turn || camera?.runs ? "next" : "scan");
  byId("camera").hidden = !camera?.runs;
  byId("intro").hidden = checks.turn > 0 || Boolean(camera?.runs);
  byId("title").classList.toggle("unseen", byId("intro").hidden); // the room is the verdict's
}

function translate() {
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = say(element.dataset.word, { site: location.host });
  document.title = say("title");
  document.querySelector("link[rel=manifest]").href = `/v/manifest${language === "en" ? "" : `-${language}`}.webmanifest`;
  byId("language").value = language;
  checks.draw();
  drawState();
}

// What was found

const check = (text) => found(checks.check(text));
const checkCode = (code) => found(checks.checkCode(code));

function found(running) {
  byId("trouble").textContent = "";
  closeTyping();
  drawState();
  return running.finally(drawState);
}

async function scan() {
  if (camera?.runs) return camera.next();
  trouble("");
  try {
    const { Camera } = await import("./scan.js");
    camera ??= new Camera(byId("video"), check, () => trouble("no_camera"));
    byId("camera").hidden = false;
    await camera.start();
    window.scrollTo({ top: 0 });
  } catch {
    trouble("no_camera");
  }
  drawState();
}

function stop() {
  camera?.stop();
  drawState();
  byId("scan").focus();
}

async function choosePicture({ target }) {
  const [file] = target.files;
  if (!file) return;
  trouble("");
  try {
    const { textsInPicture } = await import("./scan.js");
    const [text] = await textsInPicture(file);
    if (text) await check(text);
    else trouble("no_code_in_picture");
  } catch {
    trouble("no_code_in_picture"); // no picture at all, or no decoder
  }
  target.value = ""; // so that the same picture can be chosen again
}

function trouble(words) {
  byId("trouble").textContent = words && say(words);
  drawState();
}

// Typing

function openTyping() {
  byId("typing").hidden = false;
  byId("type").setAttribute("aria-expanded", "true");
  byId("code").focus();
}

function closeTyping() {
  byId("typing").hidden = true;
  byId("type").setAttribute("aria-expanded", "false");
  byId("code-error").textContent = "";
  byId("code").removeAttribute("aria-invalid");
}

function sendCode(event) {
  event.preventDefault();
  const typed = byId("code").value;
  const code = typedCode(typed);
  if (!code && !/[0-9]{100}/.test(typed)) { // a scanner that types writes the whole address
    byId("code-error").textContent = say("code_wrong");
    byId("code").setAttribute("aria-invalid", "true");
    byId("code").focus();
    return;
  }
  byId("code").value = "";
  if (code) checkCode(code);
  else check(typed);
}

function keyPressed(event) {
  if (event.key === "Escape") return camera?.runs ? stop() : closeTyping();
  if (!settings.shortcuts || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, button, select, summary, a, label")) return;
  if (event.key === "Enter") openTyping();
  else if (event.key.toLowerCase() === "s" || event.code === "KeyS") scan();
  else return;
  event.preventDefault();
}

// Settings, installation, the worker

function listen() {
  window.addEventListener("hashchange", () => check(takeFragment()));
  window.addEventListener("online", refresh);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  document.addEventListener("keydown", keyPressed);
  for (const touch of ["pointerup", "keydown"]) document.addEventListener(touch, () => settings.sound && allowSound());
  byId("scan").addEventListener("click", scan);
  byId("stop").addEventListener("click", stop);
  byId("video").addEventListener("click", () => camera?.next());
  byId("picture").addEventListener("change", choosePicture);
  byId("type").addEventListener("click", () => (byId("typing").hidden ? openTyping() : closeTyping()));
  byId("typing").addEventListener("submit", sendCode);
  byId("language").addEventListener("change", async ({ target }) => {
    await store.put({ language: target.value });
    await speak(target.value);
    translate();
  });
  byId("place").value = store.get("place") ?? "";
  byId("place").addEventListener("change", ({ target }) => store.put({ place: target.value.trim() }));
  for (const name of Object.keys(SETTINGS)) {
    byId(name).checked = settings[name];
    byId(name).addEventListener("change", ({ target }) => setSetting(name, target.checked));
  }
  byId("self-test").addEventListener("click", async () => {
    const { selfTest } = await import("./selftest.js");
    await selfTest(byId("tested"), knowledge, store);
    drawState();
  });
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    installation = event;
    byId("install").hidden = false;
  });
  byId("install").addEventListener("click", () => {
    installation?.prompt();
    byId("install").hidden = true; // a browser asks once; it offers itself again where the answer was no
  });
}

async function setSetting(name, wanted) {
  settings[name] = wanted;
  await store.put({ settings: { ...settings } });
  if (name === "sound" && wanted) allowSound();
  if (wanted && name !== "shortcuts") signal("good", { sound: name === "sound", vibration: name === "vibration" });
}

/* After the first verdict, so that nothing competes with it for the network. */
async function prepareOffline() {
  if (!navigator.serviceWorker) return;
  const worker = new URL("./sw.js", import.meta.url);
  try {
    const page = worker.pathname.replace(/\/sw\.js$/, ""); // '/v', which lies above the worker: the server allows it
    await navigator.serviceWorker.register(worker, { scope: page });
  } catch {
    await navigator.serviceWorker.register(worker).catch(() => null); // a plain file server: the page is at '/v/'
  }
  const registration = await navigator.serviceWorker.ready;
  registration.active?.postMessage("complete");
  navigator.storage?.persist?.();
}

begin();
