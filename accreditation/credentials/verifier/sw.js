/* Keeps the page ready without a network. The server writes VERSION and FILES before this: with every change of a file
   the version is another one, and the files are kept anew. FILES says the hash of each: whatever else comes, from a
   server of another release or a cache on the way, is not kept. Lists and keys are never kept here: the page keeps
   them, verified. */
/* global VERSION, FILES */

const KEPT = `verifier-${VERSION}`;
const INDEX = "/v";
const LATER = /\.wasm$/; // large: the page works without it, so that it does not stand in the way

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll(Object.keys(FILES).filter((file) => !LATER.test(file))));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([dropOld(), self.clients.claim()]));
});

/* The page asks for what is still missing. */
self.addEventListener("message", (event) => {
  if (event.data === "complete") event.waitUntil(keepAll(Object.keys(FILES)));
});

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  const file = pathname === `${INDEX}/` ? INDEX : pathname;
  if (file in FILES) event.respondWith(answered(file));
});

async function answered(file) {
  const kept = await caches.open(KEPT);
  return (await kept.match(file)) ?? keep(kept, file).catch(() => fetch(file, { credentials: "omit" }));
}

async function keepAll(files) {
  const kept = await caches.open(KEPT);
  const missing = (await Promise.all(files.map(async (file) => ((await kept.match(file)) ? null : file)))).filter(Boolean);
  await Promise.all(missing.map((file) => keep(kept, file)));
}

/* Fetched anew and kept; a redirect is taken out, since browsers open no page from a redirected copy. */
async function keep(kept, file) {
  const answer = await fetch(file, { cache: "no-cache", credentials: "omit", integrity: FILES[file] });
  if (!answer.ok) throw new TypeError(`${answer.status} ${file}`);
  const clean = answer.redirected ? new Response(await answer.blob(), { headers: answer.headers }) : answer;
  await kept.put(file, clean.clone());
  return clean;
}

async function dropOld() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("verifier-") && name !== KEPT).map((name) => caches.delete(name)));
}
