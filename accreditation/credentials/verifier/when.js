/* Moments in words, in seconds since 1970. A time never stands without its zone; digits are Western in all languages. */

import { has, say } from "./words.js";

const DAY = 86400;

function clockOf(moment, zone) {
  const wanted = { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" };
  const parts = new Intl.DateTimeFormat("en-GB", wanted).formatToParts(moment * 1000);
  const clock = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return { ...clock, day: String(Number(clock.day)), month: Number(clock.month) }; // zeros before them differ by browser
}

/* 'UTC+4', 'UTC+5:30', 'UTC': the zone's offset at that moment. */
function offsetOf(moment, zone) {
  const { year, month, day, hour, minute } = clockOf(moment, zone);
  const minutes = Date.UTC(year, month - 1, day, hour, minute) / 60000 - Math.floor(moment / 60); // a clock shows no seconds
  if (!minutes) return "UTC";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes > 0 ? "+" : "−"}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}

function known(zone) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone && zone;
  } catch {
    return "UTC";
  }
}

/* '20 December 2026, 09:00 Baku time (UTC+4)'. */
export function inWords(moment, zone, withZone = true) {
  zone = known(zone);
  const { year, month, day, hour, minute } = clockOf(moment, zone);
  const date = say("date", { day: say(day === "1" ? "day_first" : "day", { day }), month: say(`month_${month}`), year });
  const city = has(`zone_${zone}`) ? `${say(`zone_${zone}`)} ` : "";
  const time = `${hour}:${minute}`;
  return withZone ? say("moment", { date, time: `${time} ${city}(${offsetOf(moment, zone)})` }) : say("moment", { date, time });
}

/* The first of two moments: its zone is said only where the second one's is another. */
export const firstInWords = (first, second, zone) => inWords(first, zone, offsetOf(first, known(zone)) !== offsetOf(second, known(zone)));

/* '12 minutes', '2 hours', '3 days': rounded down, as people tell an age. */
export function age(seconds) {
  const past = Math.max(0, seconds);
  if (past < 3600) return say("minutes", { n: Math.floor(past / 60) });
  if (past < 2 * DAY) return say("hours", { n: Math.floor(past / 3600) });
  return say("days", { n: Math.floor(past / DAY) });
}

export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
