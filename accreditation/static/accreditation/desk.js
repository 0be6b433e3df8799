// The keyboard of the desk, and what spares clerks a click. Nothing here is needed: every page works without it.

const help = document.getElementById("keys");
const off = !help || help.dataset.off !== undefined; // where no help says how to switch them off, there are no keys

/** Letters typed into a field are text; a tick is no such field. */
function writes(element) {
  if (element.isContentEditable) return true;
  if (element instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit"].includes(element.type);
  return element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement;
}

function goTo(element) {
  element.scrollIntoView({ block: "nearest" });
  element.focus();
}

/** On a list, j and k move from row to row; Enter opens, as on any link. */
function moveRow(step) {
  const links = [...document.querySelectorAll("[data-row] th a")];
  if (!links.length) return false;
  const row = document.activeElement?.closest?.("[data-row]");
  const at = row ? links.findIndex((link) => row.contains(link)) : step > 0 ? -1 : links.length;
  const next = links[Math.min(Math.max(at + step, 0), links.length - 1)];
  if (next) goTo(next);
  return true;
}

/** The next row that has not been compared: its tick is set and takes the focus. */
function markNext() {
  const open = document.querySelector('input[name="matches"]:not(:checked)');
  if (!open) return false;
  open.checked = true;
  goTo(open);
  return true;
}

function pressed(key) {
  if (key === "?") {
    if (help && !help.open) help.showModal();
    return Boolean(help);
  }
  if (key === "j" && moveRow(1)) return true;
  if (key === "k" && moveRow(-1)) return true;
  if (key === "m") return markNext();
  const follow = document.querySelector(`[data-press="${key}"]`);
  if (follow) {
    follow.click();
    return true;
  }
  const wanted = document.querySelector(`[data-key="${key}"]`);
  if (wanted) goTo(wanted); // a decision needs Enter on the focused button
  return Boolean(wanted);
}

document.addEventListener("keydown", (event) => {
  if (off || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (writes(event.target) || help?.open || !/^[a-z/?]$/.test(event.key)) return;
  if (pressed(event.key)) event.preventDefault();
});

for (const button of document.querySelectorAll("[data-help]")) {
  button.hidden = false;
  button.addEventListener("click", () => help?.showModal());
}

// A choice is a wish: the list follows it, and the button is not needed.
for (const button of document.querySelectorAll("[data-unneeded]")) button.hidden = true;
for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

const all = document.querySelector("[data-mark-all]");
all?.addEventListener("change", () => {
  for (const box of document.querySelectorAll('[data-row] input[name="pk"]')) box.checked = all.checked;
});

// A second click on a button that sends does nothing while the first is under way.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.dataset.repeatable !== undefined) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.querySelector("[data-focus]")?.focus();
document.querySelector("form[data-continue]")?.requestSubmit();
