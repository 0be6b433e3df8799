/* What the commission knows beyond the badge: state now, scans elsewhere, the photo. Without it, or late, the phone goes
   on alone; a scan that was not told is kept and told later, once, by its id. */

import { sha256 } from "./crypto.js";
import { hexOf } from "./format.js";
import { jsonOf, post, serverMoment } from "./network.js";

const WAIT = 2000;
const BATCH = 200;
const API = "/api/v1/verify";

export class Commission {
  constructor(store, knowledge) {
    this.store = store;
    this.knowledge = knowledge;
  }

  /* The answer as an object, or null: then the scan is kept, with what the phone showed alone. `badge`: digits or code. */
  async ask(badge, { place, shown }) {
    const scan = { badge, scan: crypto.randomUUID(), place, at: Date.now() };
    try {
      const { headers, bytes } = await post(API, { ...scan, offline: false, device: await this.device() }, WAIT);
      await this.knowledge.heard(serverMoment(headers));
      const answer = jsonOf(bytes);
      if (typeof answer?.verdict !== "string") throw new TypeError("no verdict");
      return answer;
    } catch {
      await this.store.addScan({ ...scan, offline: true, shown });
      return null;
    }
  }

  /* Tell the scans that were kept. What fails stays for the next time. */
  async tell() {
    if (this.telling) return;
    this.telling = true;
    try {
      while (this.store.scans.size) {
        const scans = [...this.store.scans.values()].slice(0, BATCH);
        await post(`${API}/scans`, { device: await this.device(), scans }, 4 * WAIT);
        await this.store.dropScans(scans.map((scan) => scan.scan));
      }
    } catch {
      // no network, or no such service: they are kept
    } finally {
      this.telling = false;
    }
  }

  /* The photo as an address for <img>, if it is the one whose hash was signed; null without one. */
  async photo(badge) {
    try {
      const { bytes } = await post(`${API}/photo`, { badge: badge.digits }, 4 * WAIT);
      if (hexOf((await sha256(bytes)).subarray(0, badge.photo.length)) !== hexOf(badge.photo)) return null;
      return URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
    } catch {
      return null;
    }
  }

  /* A random name for this phone, so that the commission can tell phones apart without knowing whose they are. */
  async device() {
    if (!this.store.get("device")) await this.store.put({ device: hexOf(crypto.getRandomValues(new Uint8Array(16))) });
    return this.store.get("device");
  }
}
