/* Whether this phone can do the work: asked for in the office, before the day, not at the door. */

import { verify } from "./crypto.js";
import { make } from "./show.js";
import { say } from "./words.js";

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
/* RFC 8032, section 7.1, test 2. */
const KEY = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
const SIGNATURE = bytes("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
const TRUE_MESSAGE = bytes("72");
const FALSE_MESSAGE = bytes("73");

export async function selfTest(place, knowledge, store) {
  await knowledge.refresh();
  const { list } = knowledge;
  const asked = [
    ["test_signatures", (await verify(SIGNATURE, TRUE_MESSAGE, KEY)) && !(await verify(SIGNATURE, FALSE_MESSAGE, KEY))],
    ["test_list", Boolean(list)],
    ["test_fresh", knowledge.isFresh(-1)],
    ["test_storage", store.lasting],
    ["test_offline", await opensOffline()],
    ["test_clock", !knowledge.clockIsWrong],
    ["test_camera", await hasCamera()],
    ["test_network", knowledge.answers],
  ];
  const well = asked.every(([, good]) => good);
  place.replaceChildren(
    make("p", { class: well ? "good" : "bad", text: say(well ? "self_test_good" : "self_test_bad") }),
    make("ul", { class: "tests" }, ...asked.map(([name, good]) => make("li", { class: good ? "good" : "bad" },
      make("span", { class: "mark", text: good ? "✓" : "✕", "aria-hidden": "true" }), make("span", { text: say(name) }), make("span", { class: "unseen", text: say(good ? "yes" : "no") })))));
}

async function opensOffline() {
  const registration = await navigator.serviceWorker?.getRegistration("/v");
  return Boolean(registration?.active) && Boolean(await caches.match("/v/decoder.js"));
}

async function hasCamera() {
  const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return devices.some((device) => device.kind === "videoinput");
}
