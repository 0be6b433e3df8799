/* Ed25519 (RFC 8032): by the browser where it knows it, else by the vendored noble-ed25519, loaded only then. */

const OVER_A_BADGE = new TextEncoder().encode("observer badge\0");
const OVER_A_LIST = new TextEncoder().encode("badge list\0");
const imported = new Map(); // by the key's bytes: importing one takes longer than a signature
let means;

/* Whether the signature over a badge's body is that of the key with these 32 bytes. Never throws for odd bytes. */
export const badgeHolds = (body, signature, key) => holds(OVER_A_BADGE, body, signature, key);
export const listHolds = (body, signature, key) => holds(OVER_A_LIST, body, signature, key);

async function holds(words, body, signature, key) {
  const message = new Uint8Array(words.length + body.length);
  message.set(words);
  message.set(body, words.length);
  return verify(signature, message, key);
}

export async function verify(signature, message, key) {
  means ??= native().catch(fallback);
  const check = await means;
  try {
    return (await check(signature, message, key)) === true;
  } catch {
    return false; // a key or a signature that is no point of the curve
  }
}

export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

async function native() {
  await crypto.subtle.importKey("raw", new Uint8Array(32).fill(1, 0, 1), { name: "Ed25519" }, false, ["verify"]); // throws where it is unknown
  return async (signature, message, key) => {
    const name = String(key);
    if (!imported.has(name)) imported.set(name, crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]));
    return crypto.subtle.verify({ name: "Ed25519" }, await imported.get(name), signature, message);
  };
}

async function fallback() {
  const noble = await import("./vendor/noble-ed25519-3.2.0/index.js");
  return (signature, message, key) => noble.verifyAsync(signature, message, key, { zip215: false });
}
