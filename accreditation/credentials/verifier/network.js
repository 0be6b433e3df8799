/* Requests that give up in time. Cookies stay at home: the verifier is nobody's session. */

export async function request(address, { wait = 8000, ...options } = {}) {
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), wait);
  try {
    const answer = await fetch(address, { credentials: "omit", redirect: "error", signal: stop.signal, ...options });
    if (!answer.ok) throw new Error(`${answer.status} ${address}`);
    return { headers: answer.headers, bytes: new Uint8Array(await answer.arrayBuffer()) };
  } finally {
    clearTimeout(clock);
  }
}

export const post = (address, content, wait) =>
  request(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content), wait });

export const jsonOf = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

/* When the server wrote this, in seconds; null where it does not say. A cache on the way adds the age of its copy. */
export function serverMoment(headers) {
  const date = Date.parse(headers.get("Date") ?? "");
  return Number.isNaN(date) ? null : date / 1000 + (Number(headers.get("Age")) || 0);
}
