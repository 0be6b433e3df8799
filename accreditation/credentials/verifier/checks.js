/* One check after another: first what the phone itself knows, then what the commission adds. */

import { decode, digitsIn, inPrint } from "./format.js";
import { codeWithAnswer, judge, judgeCode, withAnswer } from "./judge.js";
import { byId, showChecking, showElsewhere, showHow, showPerson, showVerdict } from "./show.js";

const PATIENCE = 5000; // how long a phone with an old list waits for a new one before it speaks
const SHORTEST_BADGE = 250; // digits; less is no badge of anybody's making

export class Checks {
  constructor({ knowledge, commission, store, signal }) {
    Object.assign(this, { knowledge, commission, store, signal, shown: null, turn: 0 });
  }

  /* What a QR code says. */
  check(text) {
    return this.run({ judge: () => judge(text, this.known()), hear: withAnswer, asked: askedFor(text), election: electionOf(text) });
  }

  /* What somebody typed, as format.typedCode gives it. */
  checkCode(code) {
    return this.run({ judge: async () => judgeCode(code, this.known()), hear: codeWithAnswer, asked: inPrint(code), election: -1 });
  }

  known() {
    return { list: this.knowledge.list, now: this.knowledge.now(), clockIsLost: this.knowledge.clockIsLost };
  }

  async run(question) {
    const turn = ++this.turn; // a late answer to an older check is dropped
    this.shown = null;
    for (const name of ["person", "elsewhere", "facts", "how"]) byId(name).replaceChildren();
    delete byId("how").dataset.network;
    showChecking(byId("result"));
    const own = await this.judged(question);
    if (turn !== this.turn) return;
    this.shown = { question, judgement: own, answer: null, photo: null, network: question.asked && navigator.onLine ? "asking" : "offline" };
    this.draw();
    this.announce();
    if (question.asked) await this.ask(this.shown);
  }

  /* Whatever goes wrong, something is said, and it is not green. */
  async judged(question) {
    try {
      await this.refreshIfOld(question.election);
      return await question.judge();
    } catch (error) {
      globalThis.reportError?.(error);
      return { verdict: "unconfirmed", tone: "wait", reason: "failed", badge: null };
    }
  }

  /* A list that is missing or old is fetched before anything is said, where a network answers in time. */
  async refreshIfOld(election) {
    const { list } = this.knowledge;
    if (!navigator.onLine || this.knowledge.isFresh(election)) return;
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
    await Promise.race(list ? [this.knowledge.refresh(), patience] : [this.knowledge.refresh()]);
  }

  async ask(shown) {
    const told = { place: this.store.get("place") ?? "", shown: shown.judgement.verdict };
    shown.answer = await this.commission.ask(shown.question.asked, told);
    shown.network = shown.answer ? "online" : "offline";
    await this.again(shown);
    if (shown !== this.shown || !shown.answer || !shown.judgement.badge) return;
    shown.photo = await this.commission.photo(shown.judgement.badge);
    if (shown === this.shown && shown.photo) this.drawPerson();
  }

  /* The same badge once more, by what is known now: lists come, terms end, while it is on the screen. */
  async again(shown = this.shown) {
    if (!shown) return;
    const before = shown.judgement;
    const after = shown.question.hear(await shown.question.judge(), shown.answer);
    if (shown !== this.shown) return;
    shown.judgement = after;
    if (after.verdict !== before.verdict || after.reason !== before.reason) {
      this.draw();
      this.announce();
    } else {
      this.drawPerson();
      this.drawHow();
    }
  }

  announce() {
    byId("result").querySelector("h2").focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
    this.signal(this.shown.judgement.tone);
  }

  draw() {
    if (!this.shown) return;
    showVerdict(byId("result"), { ...this.known(), ...this.shown });
    this.drawPerson();
    this.drawHow();
  }

  drawPerson() {
    showPerson(byId("person"), byId("facts"), { ...this.known(), ...this.shown });
  }

  drawHow() {
    const how = { ...this.known(), ...this.shown, badge: this.shown.judgement.badge };
    showElsewhere(byId("elsewhere"), how);
    showHow(byId("how"), how);
  }
}

function electionOf(text) {
  try {
    return decode(text).election;
  } catch {
    return -1;
  }
}

/* What the commission is asked; nothing where the code is nowhere near a badge: it may be anybody's secret. */
function askedFor(text) {
  try {
    const digits = digitsIn(text);
    return digits.length < SHORTEST_BADGE ? null : digits;
  } catch {
    return null;
  }
}
