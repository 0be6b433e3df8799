/* The verdict on a badge (docs/badge-format.md, section 5). Pure but for the arithmetic of the signature. */

import { badgeHolds } from "./crypto.js";
import { NotABadge, decode, numberOf } from "./format.js";
import { isFresh, isVoid } from "./lists.js";

/* `list` as lists.read gives it, or null; `now` in seconds: the later of the device's clock and what the server told;
   `clockIsLost` where nobody knows how old the list is.
   Answers {verdict, tone, reason, badge}. `badge` is there only when its signature holds: nothing else is worth
   showing. Verdicts are those of the format, and 'unprepared' (no list) and 'unconfirmed' (list too old). */
export async function judge(text, { list, now, clockIsLost = false }) {
  let badge;
  try {
    badge = decode(text);
  } catch (error) {
    if (error instanceof NotABadge) return answer("forged", "no_badge");
    throw error;
  }
  if (!list) return answer("unprepared", "no_list");
  now = Math.max(now, list.made);
  const fresh = !clockIsLost && isFresh(list, badge.election, now);
  const key = list.keys.get(badge.keyId);
  if (!key) return answer("unknown_key", fresh ? "unknown_key" : "unknown_key_old_list", null, fresh ? "bad" : "wait");
  if (!(await badgeHolds(badge.body, badge.signature, key.public))) return answer("forged", "signature");
  return judgeTrue(badge, { list, now, fresh, key, clockIsLost });
}

/* Of a badge whose signature holds. */
function judgeTrue(badge, { list, now, fresh, key, clockIsLost }) {
  if (key.revoked !== null) return answer("void", "key_revoked", badge);
  if (isVoid(list, numberOf(badge.code))) return answer("void", "on_the_list", badge);
  if (now < badge.validFrom) return answer("not_yet", "not_yet", badge);
  const ends = list.elections.get(badge.election)?.ends ?? null;
  if (ends !== null && now >= ends) return answer("expired", "term_ended", badge);
  if (now >= badge.validUntil) return answer("expired", "latest_end", badge);
  if (!fresh) return answer("unconfirmed", clockIsLost ? "clock_lost" : "old_list", badge);
  return answer("valid", "valid", badge);
}

/* Of a typed code, without a network: the list can only say that it is void. */
export function judgeCode(code, { list }) {
  if (!list) return answer("unprepared", "no_list");
  return isVoid(list, numberOf(code)) ? answer("void", "on_the_list") : answer("unconfirmed", "code_offline");
}

const TONES = {
  valid: "good", forged: "bad", void: "bad", expired: "bad", unknown_key: "bad",
  not_yet: "wait", unconfirmed: "wait", unprepared: "calm",
};
const GRAVITY = { good: 0, calm: 1, wait: 2, bad: 3 };
const TOLD = new Set(["valid", "forged", "void", "expired", "unknown_key", "not_yet", "unconfirmed"]); // what a server may say

const answer = (verdict, reason, badge = null, tone = TONES[verdict]) => ({ verdict, tone, reason, badge });

/* The server's word beside our own: it wins when it is worse, and never makes a badge better. */
export function withAnswer(own, told) {
  if (!TOLD.has(told?.verdict) || GRAVITY[TONES[told.verdict]] <= GRAVITY[own.tone]) return own;
  return answer(told.verdict, `server_${told.verdict}`, own.badge);
}

/* The same for a typed code, of which the phone knows no more than that it is void. Green needs a name to compare, and
   speaks of the code: nothing is known of the paper. */
export function codeWithAnswer(own, told) {
  if (!TOLD.has(told?.verdict) || own.tone === "bad") return own;
  if (told.verdict !== "valid") return answer(told.verdict, `server_${told.verdict}`);
  return typeof told.name === "string" && told.name ? answer("valid", "code_valid") : answer("unconfirmed", "code_nameless");
}
