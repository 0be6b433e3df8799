// What every page of the commission's side gets: menus that close, and names for Django's search boxes.

/** Escape and a click elsewhere close an open menu, of the bar, the account or the filters. */
function closeMenus(event) {
  if (event.type === "keydown" && event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details:is(.menu, .filter)[open]")) {
    if (event.type === "click" && menu.contains(event.target)) continue;
    const within = menu.contains(document.activeElement);
    menu.open = false;
    if (within && event.type === "keydown") menu.querySelector("summary").focus();
  }
}

/** The box that stands for a select, and opens its list, is called what the select is called. */
function nameBoxes(root) {
  for (const select of root.querySelectorAll("select.admin-autocomplete")) {
    const label = select.labels[0];
    const box = select.nextElementSibling?.querySelector(".select2-selection");
    if (!label || !box || label.id) continue; // named already
    label.id = `${select.id}-label`;
    const value = box.querySelector(".select2-selection__rendered");
    box.setAttribute("aria-labelledby", `${label.id} ${value?.id ?? ""}`.trim());
    value?.removeAttribute("role"); // it is the box's value, no second field
    value?.removeAttribute("aria-readonly");
  }
}

document.addEventListener("click", closeMenus);
document.addEventListener("keydown", closeMenus);
// Django's script makes the boxes when it is ready, and once more for every form that is added.
new MutationObserver(() => nameBoxes(document)).observe(document.body, { childList: true, subtree: true });
nameBoxes(document);
