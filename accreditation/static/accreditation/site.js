// What JavaScript adds to pages that work without it: one module, no globals, nothing that a button depends on.

const words = (element, name) => element.dataset[name] ?? "";

/** The first error is heard and seen first: the summary takes the focus. */
function focusSummary(root) {
  const summary = root.querySelector("[data-focus]");
  if (summary) summary.focus();
}

/** A second click on a button that sends does nothing for as long as the first is under way. */
function guardAgainstDoubleSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get" || form.dataset.repeatable !== undefined) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-disabled", "true");
  form.setAttribute("aria-busy", "true");
}

/** Back from the next page shows the form again, ready to be sent. */
function releaseForms() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
}

/** One open menu of languages at most; Escape and a click elsewhere close it. */
function closeMenus(event) {
  if (event.type === "keydown" && event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.languages[open]")) {
    if (event.type === "keydown" || !menu.contains(event.target)) {
      menu.open = false;
      if (event.type === "keydown") menu.querySelector("summary").focus();
    }
  }
}

const LONGEST_SIDE = 1600;

/** Draw a photo again, no larger than needed: 8 MB become 300 KB before a slow network carries them. */
async function shrunk(file) {
  if (!/^image\/(jpeg|png)$/.test(file.type) || file.size < 400_000) return file;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file; // the server judges what the browser cannot read
  }
}

async function shrinkChosenPhoto(event) {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.type !== "file" || input.dataset.shrink === undefined) return;
  const [file] = input.files;
  if (!file) return;
  input.form.dataset.preparing = "yes";
  const smaller = await shrunk(file);
  if (smaller !== file && input.files[0] === file) {
    const carrier = new DataTransfer();
    carrier.items.add(smaller);
    input.files = carrier.files;
  }
  delete input.form.dataset.preparing;
  showSize(input);
  if (input.form.dataset.sendWhenReady) {
    delete input.form.dataset.sendWhenReady;
    input.form.requestSubmit();
  }
}

function showSize(input) {
  const line = input.closest(".field")?.querySelector("[data-size]");
  if (!line || !input.files[0]) return;
  const kilobytes = Math.ceil(input.files[0].size / 1024);
  line.textContent = `${input.files[0].name}, ${kilobytes.toLocaleString(document.documentElement.lang)} KB`;
  line.hidden = false;
}

/** Send an upload with a visible progress; when the network breaks, the page and all answers stay. */
function sendWithProgress(event) {
  const form = event.target;
  if (form.dataset.upload === undefined || event.defaultPrevented) return;
  if (form.dataset.preparing) {
    event.preventDefault();
    form.dataset.sendWhenReady = "yes";
    return;
  }
  const bar = form.querySelector("progress");
  if (!bar || ![...form.querySelectorAll("input[type=file]")].some((input) => input.files.length)) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  const failed = form.querySelector("[data-upload-failed]");
  if (failed) failed.hidden = true;
  bar.hidden = false;
  const body = new FormData(form);
  if (event.submitter?.name) body.append(event.submitter.name, event.submitter.value);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.responseType = "document";
  request.upload.onprogress = (step) => {
    if (step.lengthComputable) bar.value = step.loaded / step.total;
  };
  request.onload = () => {
    const answer = request.response;
    if (request.status > 501) broke(); // busy, or not reached: the chosen file stays chosen
    else if (request.responseURL && request.responseURL !== location.href) location.assign(request.responseURL);
    else if (answer) showAnswer(answer);
    else broke();
  };
  const broke = () => {
    releaseForms();
    bar.hidden = true;
    if (failed) {
      failed.hidden = false;
      failed.focus();
    }
  };
  request.onerror = request.ontimeout = request.onabort = broke;
  request.send(body);
}

/** The server found something wrong with the upload: its page takes the place of this one. */
function showAnswer(answer) {
  document.title = answer.title;
  document.querySelector("main").replaceWith(document.adoptNode(answer.querySelector("main")));
  focusSummary(document);
}

/** Say so before somebody leaves a page with unsaved answers (only where a form asks for it). */
function warnOfUnsaved(event) {
  const open = [...document.querySelectorAll("form[data-warn-unsaved]")];
  if (open.some((form) => form.dataset.changed && !form.dataset.sent)) event.preventDefault();
}

/** Copy what a button names, and say in the button's words that it was copied. */
async function copyText(event) {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  await navigator.clipboard?.writeText(words(button, "copy"));
  if (button.dataset.copied) button.textContent = words(button, "copied");
}

document.addEventListener("submit", sendWithProgress);
document.addEventListener("submit", guardAgainstDoubleSubmit);
document.addEventListener("change", shrinkChosenPhoto);
document.addEventListener("input", (event) => {
  if (event.target.form) event.target.form.dataset.changed = "yes";
});
document.addEventListener("click", closeMenus);
document.addEventListener("click", copyText);
document.addEventListener("keydown", closeMenus);
document.addEventListener("htmx:afterSwap", (event) => focusSummary(event.target));
window.addEventListener("pageshow", releaseForms);
window.addEventListener("beforeunload", warnOfUnsaved);
focusSummary(document);
