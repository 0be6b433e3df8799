/* The signed list (docs/badge-format.md, section 4): keys, elections, words and the void badges. */

import { listHolds } from "./crypto.js";

const HEAD = 18;
const SIGNATURE = 64;
const MOST_VOID = 1000000;
const CODES = 2 ** 50;
const FRESHNESS = 12 * 3600; // where the list names no election at all
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/* A list that is not taken. `reason`: unknown_key, signature, malformed, rolled_back. */
export class ListRefused extends Error {
  constructor(reason, words = reason) {
    super(words);
    this.reason = reason;
  }
}

/* A whole list. `anchors` are the list's keys: {"2": 32 bytes}. Throws ListRefused, and nothing else. */
export async function read(bytes, anchors, heldVersion = 0) {
  const body = bytes.subarray(0, -SIGNATURE);
  if (bytes.length < HEAD + SIGNATURE || String.fromCharCode(...body.subarray(0, 4)) !== "OBL1") throw new ListRefused("malformed", "this is no list");
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const key = anchors[view.getUint16(4)];
  if (!key) throw new ListRefused("unknown_key");
  if (!(await listHolds(body, bytes.subarray(-SIGNATURE), key))) throw new ListRefused("signature");
  if (view.getUint32(6) < heldVersion) throw new ListRefused("rolled_back", `version ${view.getUint32(6)} is older than ${heldVersion}`);
  return unpacked(body, view);
}

function unpacked(body, view) {
  try {
    const words = HEAD + view.getUint32(14);
    const count = view.getUint32(words);
    const k = view.getUint8(words + 4);
    if (words + 9 + view.getUint32(words + 5) !== body.length) throw new ListRefused("malformed", "cut, or longer than it says");
    return {
      keyId: view.getUint16(4), version: view.getUint32(6), made: view.getUint32(10),
      ...wordsOf(body.subarray(HEAD, words)), void: riceDecoded(body.subarray(words + 9), k, count),
    };
  } catch (error) {
    if (error instanceof ListRefused) throw error;
    throw new ListRefused("malformed", String(error));
  }
}

function wordsOf(bytes) {
  const told = JSON.parse(utf8.decode(bytes));
  return {
    keys: each(told.keys, (key) => ({ public: key32(key.public), revoked: secondsOrNull(key.revoked) }), idNumber),
    elections: each(told.elections, (one) => ({
      name: names(one.name), zone: text(one.zone), ends: secondsOrNull(one.ends), freshness: seconds(one.freshness),
      commission: "commission" in one ? names(one.commission) : null,
    }), idNumber),
    categories: each(told.categories, (one) => ({ name: names(one.name), colour: text(one.colour) }), idNumber),
    missions: each(told.missions, (one) => ({ name: names(one.name) })),
  };
}

function each(told, read, checked = (name) => name) {
  if (typeof told !== "object" || told === null || Array.isArray(told)) throw new TypeError("not an object");
  return new Map(Object.entries(told).map(([name, one]) => [checked(name), read(one)]));
}

function idNumber(name) {
  if (!/^(0|[1-9][0-9]{0,4})$/.test(name) || Number(name) > 65535) throw new TypeError("an id is a number of two bytes");
  return Number(name);
}

function text(value) {
  if (typeof value !== "string") throw new TypeError("not a text");
  return value;
}

function names(value) {
  if (typeof value.en !== "string" || Object.values(value).some((one) => typeof one !== "string")) throw new TypeError("English is always there");
  return value;
}

function seconds(value) {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) throw new TypeError("not a number of seconds");
  return value;
}

const secondsOrNull = (value) => (value === null ? null : seconds(value));

/* 32 bytes from base64url without padding, written in the one right way. */
export function key32(value) {
  if (!/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text(value))) throw new TypeError("a key is 32 bytes in base64url");
  return Uint8Array.from(atob(value.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
}

/* Rising numbers below 2^50 from their gaps; only what the coder writes is taken. Plain numbers, no BigInt: fast. */
export function riceDecoded(bytes, k, count) {
  const size = 8 * bytes.length;
  if (count > MOST_VOID || k > 50 || count * (k + 1) > size) throw new ListRefused("malformed", "more void badges than the list has bytes for");
  const codes = new Float64Array(count);
  const unit = 2 ** k;
  let place = 0;
  let last = -1;
  const bit = () => (bytes[place >> 3] >> (7 - (place++ & 7))) & 1;
  for (let i = 0; i < count; i++) {
    let quotient = 0;
    for (;;) {
      if (place >= size) throw new ListRefused("malformed", "the void badges are cut");
      if (!bit()) break;
      quotient++;
    }
    if (place + k > size) throw new ListRefused("malformed", "the void badges are cut");
    let low = 0;
    for (let left = k; left > 0;) {
      const here = Math.min(left, 8 - (place & 7));
      low = low * 2 ** here + ((bytes[place >> 3] >> (8 - (place & 7) - here)) & (2 ** here - 1));
      place += here;
      left -= here;
    }
    last += quotient * unit + low + 1;
    if (last >= CODES) throw new ListRefused("malformed", "a void badge's code has more than 50 bits");
    codes[i] = last;
  }
  if (size - place >= 8 || (place < size && bytes[place >> 3] & (2 ** (8 - (place & 7)) - 1))) throw new ListRefused("malformed", "something follows the void badges");
  return codes;
}

export function isVoid(list, number) {
  let low = 0;
  let high = list.void.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list.void[middle] < number) low = middle + 1;
    else high = middle;
  }
  return low < list.void.length && list.void[low] === number;
}

/* How old the list may be, in seconds, for a badge of this election; the shortest of all where it is not on the list. */
export function freshnessFor(list, election) {
  const known = list.elections.get(election);
  if (known) return known.freshness;
  return list.elections.size ? Math.min(...[...list.elections.values()].map((one) => one.freshness)) : FRESHNESS;
}

export const isFresh = (list, election, now) => now - list.made <= freshnessFor(list, election);
