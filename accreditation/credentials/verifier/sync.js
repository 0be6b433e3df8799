/* What this phone knows: the list in force, its keys, and what time it is at least. */

import { ListRefused, isFresh, key32, read } from "./lists.js";
import { jsonOf, request, serverMoment } from "./network.js";

const CLOCK_MAY_DIFFER = 600;

export class Knowledge {
  constructor(store) {
    this.store = store;
    this.list = null;
    this.anchors = {};
    this.seen = store.get("seen") ?? 0; // the latest moment that the server or a list has named
    this.clockOff = store.get("clockOff") ?? 0; // by how many seconds the device's clock was ahead of the server's, when last heard
    this.refused = null; // why the last list was not taken
    this.answers = false; // whether the server answered when it was last asked
  }

  /* The list that is kept, verified anew: storage may be cut, or changed. */
  async load() {
    const bytes = this.store.get("list");
    this.anchors = this.store.get("anchors") ?? {};
    if (!bytes) return;
    try {
      this.list = await read(bytes, this.anchors);
      this.seen = Math.max(this.seen, this.list.made);
    } catch (error) {
      if (!(error instanceof ListRefused)) throw error;
      this.refused = error.reason;
    }
  }

  /* The device's clock, in seconds since 1970; one that was behind the server's is put right by as much. */
  get clock() {
    return Date.now() / 1000 - Math.min(0, this.clockOff);
  }

  /* A clock that was turned back does not make an old badge valid, nor an old list fresh. */
  now() {
    return Math.max(this.clock, this.seen);
  }

  /* Whether it was turned back since the server was last heard: how old the list is, is known again when it answers. */
  get clockIsLost() {
    return this.seen - this.clock > CLOCK_MAY_DIFFER;
  }

  isFresh(election) {
    return this.list !== null && !this.clockIsLost && isFresh(this.list, election, this.now());
  }

  get clockIsWrong() {
    return Math.abs(this.clockOff) > CLOCK_MAY_DIFFER || this.seen - Date.now() / 1000 > CLOCK_MAY_DIFFER;
  }

  /* Fetch keys and list. Never throws; callers at the same time share one attempt. */
  refresh() {
    this.running ??= this.attempt().catch(() => { this.answers = false; }).finally(() => { this.running = null; });
    return this.running;
  }

  async attempt() {
    const keys = await this.fetched("keys.json", "no-store");
    const { list_keys: listed } = jsonOf(keys);
    const anchors = Object.fromEntries(Object.entries(listed).map(([id, key]) => [id, key32(key)]));
    const bytes = await this.fetched("list", "no-cache");
    try {
      const list = await read(bytes, anchors, this.store.get("version") ?? 0);
      await this.take(list, bytes, anchors);
    } catch (error) {
      if (!(error instanceof ListRefused)) throw error;
      this.refused = error.reason;
    }
  }

  /* Keys are taken only together with a list that they sign. */
  async take(list, bytes, anchors) {
    Object.assign(this, { list, anchors, refused: null, seen: Math.max(this.seen, list.made) });
    await this.store.put({ list: bytes, anchors, version: list.version, seen: this.seen });
  }

  async fetched(name, cache) {
    const { headers, bytes } = await request(new URL(name, import.meta.url), { cache });
    await this.heard(serverMoment(headers));
    return bytes;
  }

  async heard(moment) {
    this.answers = true;
    if (moment === null) return;
    this.clockOff = Date.now() / 1000 - moment;
    this.seen = Math.max(this.seen, moment);
    await this.store.put({ seen: this.seen, clockOff: this.clockOff });
  }
}
