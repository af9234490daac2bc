// What the page says by itself: short messages that go away, and one polite live region for screen readers.
import { button, el, setText } from "./dom.js";
import { t } from "./strings.js";

const region = el("div", { class: "visually-hidden", role: "status", "aria-live": "polite" });
const toasts = el("section", { class: "toasts", "aria-label": t("app.messages") });

export const speechElements = [region, toasts];

/** Has a screen reader say `text` when it is free. */
export function announce(text) {
  setText(region, "");
  setTimeout(() => setText(region, text), 60);
}

/** Shows a message for a few seconds; longer while the pointer or the focus is on it. */
export function toast(text, { action = null, label = null, isError = false, detail = null } = {}) {
  const isStaying = () => box.matches(":hover, :focus-within");
  const box = el(
    "div",
    { class: `toast${isError ? " is-error" : ""}` },
    el(
      "div",
      { class: "toast-text" },
      el("p", { text, dir: "auto" }),
      detail ? el("p", { class: "quiet", text: detail, dir: "auto" }) : null,
    ),
    action ? button(label, { kind: "text", onclick: () => (box.remove(), action()) }) : null,
    isError ? button(t("common.close"), { icon: "close", iconOnly: true, onclick: () => box.remove() }) : null,
  );
  while (toasts.children.length >= 3) toasts.firstElementChild.remove();
  toasts.append(box);
  announce([text, detail].filter(Boolean).join(" "));
  const leave = () => (isStaying() ? setTimeout(leave, 1500) : box.remove());
  setTimeout(leave, isError ? 12000 : 6000);
  return box;
}

/** Shows why something failed, in the words of the server. */
export function complain(error) {
  if (error.code === "unreachable" || error.status === 401 || error.name === "AbortError") return;
  toast(error.message, { isError: true, detail: error.remedy });
}
