/* Runs in a page of the verifier, with its own modules: `task` names what is to be done with the vectors. */
async ({ task, vectors, count }) => {
  const format = await import("/v/format.js");
  const lists = await import("/v/lists.js");
  const judging = await import("/v/judge.js");
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const anchors = (keys) => Object.fromEntries(Object.entries(keys).map(([id, key]) => [id, lists.key32(key.public ?? key)]));
  const cases = (kind) => vectors.cases.filter((one) => one.kind === kind);
  const known = anchors(vectors.list_keys);
  const SHOWN = { good: "green", wait: "amber", bad: "red", calm: "grey" };

  async function judge() {
    const said = [];
    for (const one of cases("badge")) {
      const list = one.list === null ? null : await lists.read(bytes(vectors.lists[one.list]), known);
      const found = await judging.judge(one.text, { list, now: Math.max(one.now, one.seen ?? 0) });
      const verdict = ["unprepared", "unconfirmed"].includes(found.verdict) ? null : found.verdict;
      said.push([one.title, { verdict, shown: SHOWN[found.tone], name: null, ...factsOf(found.badge) }]);
    }
    return said;
  }

  function factsOf(badge) {
    return badge && {
      name: badge.name, mission: badge.mission, code: badge.code, serial: format.hexOf(badge.serial), key_id: badge.keyId,
      election: badge.election, category: badge.category, valid_from: badge.validFrom, valid_until: badge.validUntil,
      photo: format.hexOf(badge.photo),
    };
  }

  async function read() {
    const said = [];
    for (const one of cases("list")) {
      try {
        const list = await lists.read(bytes(one.bytes), anchors(one.list_keys), one.held_version ?? 0);
        said.push([one.title, { version: list.version, made_at: list.made, void: Array.from(list.void, String) }]);
      } catch (error) {
        said.push([one.title, error instanceof lists.ListRefused ? error.reason : String(error)]);
      }
    }
    return said;
  }

  const type = async () => cases("code").map((one) => [one.title, format.typedCode(one.text)]);

  // Noise. The generator is seeded, so that a failure comes again.

  let seed = 20261220;
  function below(most) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * most);
  }
  const noise = (length) => Array.from({ length }, () => below(256));
  const digitsOf = (content) => BigInt(`0x01${format.hexOf(content)}`).toString();

  function inDigits(change) {
    return (content) => {
      const digits = [...digitsOf(content)];
      change(digits);
      return digits.join("");
    };
  }

  function inBytes(change) {
    return (content) => {
      change(content);
      return digitsOf(content);
    };
  }

  const mutations = (whole) => [
    inBytes((content) => { content[below(content.length)] ^= 1 << below(8); }),
    inBytes((content) => content.set(noise(2), below(content.length - 1))),
    (content) => digitsOf(content.subarray(0, below(content.length))),
    (content) => digitsOf(Uint8Array.of(...content, ...noise(1 + below(8)))),
    (content) => digitsOf(Uint8Array.of(...content.subarray(0, 60), ...whole[below(whole.length)].subarray(60))),
    inDigits((digits) => { digits[below(digits.length)] = String(below(10)); }),
    inDigits((digits) => digits.splice(below(digits.length), 1 + below(3))),
    () => Array.from({ length: below(600) }, () => "0123456789 #/:htpsv\u00e9\0\ud800"[below(22)]).join(""),
    () => String.fromCharCode(...Array.from({ length: below(200) }, () => below(65536))),
  ];

  /* Counts the tones; `wrong` holds what broke the reader, and what it took for a badge that nobody signed. */
  async function fuzz() {
    const list = await lists.read(bytes(vectors.lists.ordinary), known);
    const now = 1797750000;
    const good = cases("badge").filter(({ expect }) => expect.shown === "green").map(({ text }) => text);
    const whole = good.map((text) => format.bytesOf(format.digitsIn(text)));
    const signed = (badge) => format.hexOf(badge.body) + format.hexOf(badge.signature);
    const real = new Set(whole.map(format.hexOf));
    const kinds = mutations(whole);
    const wrong = [];
    const tones = {};
    for (let i = 0; i < count && wrong.length < 5; i++) {
      const text = kinds[below(kinds.length)](whole[below(whole.length)].slice());
      try {
        const found = await judging.judge(text, { list, now });
        tones[found.tone] = (tones[found.tone] ?? 0) + 1;
        if ((found.tone === "good" || found.badge) && !real.has(signed(found.badge))) wrong.push(text);
      } catch (error) {
        wrong.push(`${error}: ${text}`);
      }
    }
    return { wrong, tones };
  }

  async function fuzzLists() {
    const whole = bytes(vectors.lists["many void"]);
    const wrong = [];
    const refused = (error) => error instanceof lists.ListRefused || wrong.push(String(error));
    for (let i = 0; i < count; i++) {
      const cut = whole.slice(0, below(4) ? whole.length : below(whole.length));
      if (cut.length) cut[below(cut.length)] ^= 1 << below(8);
      await lists.read(cut, known).then(() => wrong.push(i), refused);
      try { // what stands inside, as if the signature had held
        lists.riceDecoded(cut.subarray(600, 600 + below(200)), below(52), below(100));
      } catch (error) {
        refused(error);
      }
    }
    return wrong;
  }

  return { judge, read, type, fuzz, fuzzLists }[task]();
}
