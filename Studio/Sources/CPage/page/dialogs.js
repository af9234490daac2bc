// Dialogs and menus: questions are <dialog>, menus are popovers beside their button.
import { button, el, icon } from "./dom.js";
import { t } from "./strings.js";

let count = 0;

/** Opens a dialog with `content`; `onSubmit` may return false to keep it open. Closes on Escape and beside it. */
export function openDialog({
  title,
  content,
  submit = null,
  onSubmit = null,
  onClose = null,
  danger = false,
  wide = false,
}) {
  const id = `dialog-${++count}`;
  const close = () => dialog.close();
  const form = el(
    "form",
    { method: "dialog", class: "dialog-form" },
    el(
      "div",
      { class: "dialog-head" },
      el("h2", { id, text: title, dir: "auto" }),
      button(t("common.close"), { icon: "close", iconOnly: true, onclick: close }),
    ),
    el("div", { class: "dialog-content" }, content),
    submit
      ? el(
          "div",
          { class: "dialog-actions" },
          button(t("common.cancel"), { onclick: close }),
          el("button", { type: "submit", class: `button ${danger ? "danger" : "primary"}`, text: submit }),
        )
      : null,
  );
  const dialog = el("dialog", { class: `dialog${wide ? " wide" : ""}`, "aria-labelledby": id }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if ((await onSubmit?.()) !== false) close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose?.();
  });
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target !== dialog) return;
    const box = dialog.getBoundingClientRect();
    if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom)
      close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export const isDialogOpen = () => document.querySelector("dialog[open]") !== null;

/** A choice of class, or the name of a new one. `value()` is {class} or {className}, or null where nothing is chosen. */
export function classChoice(classes, { label = t("drop.existing"), allowsNew = true } = {}) {
  const select = el(
    "select",
    { id: `choice-${++count}` },
    classes.map((each) => el("option", { value: each.id, text: each.name })),
  );
  const name = el("input", { id: `choice-${++count}`, type: "text", maxlength: 100, autocomplete: "off", dir: "auto" });
  const element = el(
    "div",
    { class: "fields" },
    classes.length ? el("div", { class: "field" }, el("label", { for: select.id, text: label }), select) : null,
    allowsNew
      ? el(
          "div",
          { class: "field" },
          el("label", { for: name.id, text: classes.length ? t("drop.new") : t("teach.newName") }),
          name,
        )
      : null,
  );
  return {
    element,
    value: () =>
      name.value.trim() ? { className: name.value.trim() } : classes.length ? { class: Number(select.value) } : null,
    label: () => name.value.trim() || select.selectedOptions[0]?.textContent || "",
  };
}

/** A menu of [{label, icon, run, danger}], opened beside the button that has the focus. */
export function openMenu(opener, label, entries) {
  const close = () => menu.hidePopover();
  const menu = el(
    "div",
    { class: "menu", role: "menu", popover: "auto", "aria-label": label },
    entries.filter(Boolean).map((entry) =>
      el(
        entry.href ? "a" : "button",
        {
          type: entry.href ? null : "button",
          href: entry.href,
          download: entry.href ? "" : null,
          role: "menuitem",
          tabindex: -1,
          class: `menu-entry${entry.danger ? " is-danger" : ""}`,
          onclick: () => {
            close();
            entry.run?.();
          },
        },
        entry.icon ? icon(entry.icon) : null,
        el("span", { text: entry.label, dir: "auto" }),
      ),
    ),
  );
  menu.addEventListener("toggle", (event) => {
    opener.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState !== "closed") return;
    if (menu.contains(document.activeElement) || document.activeElement === document.body) opener.focus();
    menu.remove();
  });
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) items[(to + items.length) % items.length].focus();
    else if (event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  opener.after(menu);
  menu.showPopover();
  place(menu, opener);
  menu.firstElementChild.focus();
}

function place(menu, opener) {
  const anchor = opener.getBoundingClientRect();
  const box = menu.getBoundingClientRect();
  const isRightToLeft = getComputedStyle(document.documentElement).direction === "rtl";
  const start = isRightToLeft ? anchor.left : anchor.right - box.width;
  const below = anchor.bottom + 6;
  menu.style.left = `${Math.max(8, Math.min(start, innerWidth - box.width - 8))}px`;
  menu.style.top = `${below + box.height > innerHeight - 8 ? Math.max(8, anchor.top - box.height - 6) : below}px`;
}
