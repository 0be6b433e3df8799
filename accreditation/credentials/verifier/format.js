/* A badge as its QR code carries it (docs/badge-format.md, sections 1 to 3). Pure: no network, no clock, no page.
   Whatever a stranger holds up, these functions answer it or throw NotABadge, nothing else. */

const MOST_DIGITS = 500;
const LONGEST_TEXT = 4096;
const SIGNATURE = 64;
const HEAD = 39;
const MOST_MISSION = 20;
const MOST_NAME = 48;
const CODE_LENGTH = 10;
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BLANKS = /[ \t\r\n\u00a0]/g;
const ADDRESS = /^(?:https?:\/\/[^#]+#)?([0-9]+)$/i;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class NotABadge extends Error {}

/* The digits in an address of any host, or in a text that is digits alone. */
export function digitsIn(text) {
  if (typeof text !== "string" || (text.length > LONGEST_TEXT && [...text.slice(0, 2 * LONGEST_TEXT + 1)].length > LONGEST_TEXT)) {
    throw new NotABadge("no address is this long");
  }
  const found = ADDRESS.exec(text.replace(BLANKS, ""));
  if (!found) throw new NotABadge("no address of a badge");
  if (found[1].length > MOST_DIGITS || found[1][0] === "0") throw new NotABadge("too many digits, or a zero before them");
  return found[1];
}

/* The signed badge behind the digits: body and signature, without the 01 before them. */
export function bytesOf(digits) {
  let hex = BigInt(digits).toString(16);
  if (hex.length % 2) hex = `0${hex}`;
  const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  if (bytes[0] !== 1) throw new NotABadge("the number does not begin with 01");
  return bytes.subarray(1);
}

/* What a signed badge says, with `body` and `signature`; moments are seconds since 1970. Checks all but the signature. */
export function decode(text) {
  const digits = digitsIn(text);
  const signed = bytesOf(digits);
  if (signed.length <= SIGNATURE) throw new NotABadge("it is cut");
  const body = signed.subarray(0, -SIGNATURE);
  return { digits, body, signature: signed.subarray(-SIGNATURE), ...factsOf(body) };
}

function factsOf(body) {
  if (body.length < HEAD + 4 || body.length > HEAD + 1 + MOST_MISSION + 1 + MOST_NAME) throw new NotABadge("no badge is this long");
  if (body[0] !== 1) throw new NotABadge("another format");
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const mission = counted(body, HEAD);
  const name = counted(body, HEAD + 1 + mission.length);
  if (HEAD + 2 + mission.length + name.length !== body.length) throw new NotABadge("something follows the name");
  if (mission.length > MOST_MISSION || mission.some((byte) => byte < 0x21 || byte > 0x7e)) throw new NotABadge("no mission's code");
  const validFrom = view.getUint32(23);
  const validUntil = view.getUint32(27);
  if (validUntil <= validFrom) throw new NotABadge("it ends before it starts");
  const serial = body.slice(3, 19);
  return {
    keyId: view.getUint16(1), serial, code: codeOf(serial), election: view.getUint16(19), category: view.getUint16(21),
    validFrom, validUntil, photo: body.slice(31, 39), mission: String.fromCharCode(...mission), name: nameFrom(name),
  };
}

function counted(body, place) {
  const length = place < body.length ? body[place] : 0;
  if (!length || place + 1 + length > body.length) throw new NotABadge("it is cut");
  return body.subarray(place + 1, place + 1 + length);
}

function nameFrom(bytes) {
  if (bytes.length > MOST_NAME) throw new NotABadge("the name is too long");
  let name;
  try {
    name = utf8.decode(bytes);
  } catch {
    throw new NotABadge("the name is no UTF-8");
  }
  if (!name.trim() || /\p{C}/u.test(name)) throw new NotABadge("the name is blank or has control characters");
  return name;
}

/* The code of a serial: its first 50 bits, as ten characters. */
export function codeOf(serial) {
  let code = "";
  for (let bit = 0; bit < 5 * CODE_LENGTH; bit += 5) {
    const pair = (serial[bit >> 3] << 8) | serial[(bit >> 3) + 1];
    code += CROCKFORD[(pair >> (11 - (bit & 7))) & 31];
  }
  return code;
}

/* The number that stands on the list of void badges: below 2^50, so that a plain number holds it. */
export function numberOf(code) {
  let number = 0;
  for (const character of code) number = number * 32 + CROCKFORD.indexOf(character);
  return number;
}

export const inPrint = (code) => `${code.slice(0, 5)}-${code.slice(5)}`;

/* The code behind what somebody typed, or null: blanks, hyphens, small letters, O for 0, I and L for 1 are understood. */
export function typedCode(text) {
  const code = text.slice(0, LONGEST_TEXT).replace(/[a-z]/g, (letter) => letter.toUpperCase()).replace(/[- \t\r\n\u00a0]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return code.length === CODE_LENGTH && [...code].every((character) => CROCKFORD.includes(character)) ? code : null;
}

export const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
