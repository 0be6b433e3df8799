// The pictures of the review page: larger, turned, fitted; the passport's number on demand; who else is here.

class Viewer {
  constructor(figure) {
    this.figure = figure;
    this.frame = figure.querySelector(".frame");
    this.stage = figure.querySelector(".stage");
    this.image = figure.querySelector("img");
    this.size = 1;
    this.quarters = 0;
    figure.querySelector(".tools").hidden = false;
    for (const button of figure.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.zoom(Number(button.dataset.zoom)));
    }
    figure.querySelector("[data-turn]").addEventListener("click", () => this.turn());
    figure.querySelector("[data-fit]").addEventListener("click", () => this.fit());
  }

  zoom(step) {
    this.size = Math.min(6, Math.max(1, this.size * (step > 0 ? 1.5 : 1 / 1.5)));
    this.draw();
  }

  turn() {
    this.quarters = (this.quarters + 1) % 4;
    this.draw();
  }

  fit() {
    this.size = 1;
    this.quarters = 0;
    this.draw();
  }

  /** Sizes are set through the object model: the page's policy knows no inline style. */
  draw() {
    const width = this.image.naturalWidth || this.image.width;
    const height = this.image.naturalHeight || this.image.height;
    const upright = this.quarters % 2 === 0;
    const [seenWidth, seenHeight] = upright ? [width, height] : [height, width];
    const fitted = Math.min(this.frame.clientWidth / seenWidth, this.frame.clientHeight / seenHeight);
    const scale = fitted * this.size;
    const middle = this.middle();
    this.figure.dataset.free = "";
    this.stage.style.width = `${Math.max(seenWidth * scale, this.frame.clientWidth)}px`;
    this.stage.style.height = `${Math.max(seenHeight * scale, this.frame.clientHeight)}px`;
    this.image.style.width = `${width * scale}px`;
    this.image.style.height = `${height * scale}px`;
    this.image.style.position = "absolute";
    this.image.style.insetBlockStart = `${(this.stage.offsetHeight - height * scale) / 2}px`;
    this.image.style.insetInlineStart = `${(this.stage.offsetWidth - width * scale) / 2}px`;
    this.image.style.rotate = `${this.quarters * 90}deg`;
    this.frame.scrollLeft = middle.x * this.stage.offsetWidth - this.frame.clientWidth / 2;
    this.frame.scrollTop = middle.y * this.stage.offsetHeight - this.frame.clientHeight / 2;
  }

  /** What stands in the middle of the frame stays there. */
  middle() {
    return {
      x: (this.frame.scrollLeft + this.frame.clientWidth / 2) / this.stage.offsetWidth,
      y: (this.frame.scrollTop + this.frame.clientHeight / 2) / this.stage.offsetHeight,
    };
  }
}

const viewers = [...document.querySelectorAll("[data-viewer]")].map((figure) => new Viewer(figure));
const off = document.getElementById("keys")?.dataset.off !== undefined;

document.addEventListener("keydown", (event) => {
  const [page] = viewers;
  if (off || !page || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
  if (event.key === "z") page.zoom(1);
  else if (event.key === "Z") page.zoom(-1);
  else if (event.key === "x") page.turn();
  else if (event.key === "f") page.fit();
  else return;
  event.preventDefault();
});

/** The number is asked for, and the asking is kept; it is never in the page before. */
for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const answer = await fetch(button.formAction, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(button.form)),
    });
    if (!answer.ok) return button.form.requestSubmit(button);
    const { number } = await answer.json();
    const shown = document.querySelector("[data-number]");
    shown.textContent = number;
    shown.tabIndex = -1;
    button.remove();
    shown.focus();
  });
}

const presence = document.querySelector("[data-presence]");
if (presence) {
  setInterval(async () => {
    if (document.hidden) return;
    const form = document.getElementById("decide");
    const answer = await fetch(presence.dataset.presence, {
      method: "POST",
      body: new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value }),
    }).catch(() => null);
    if (answer?.ok) presence.textContent = (await answer.json()).words;
  }, 60_000);
}
