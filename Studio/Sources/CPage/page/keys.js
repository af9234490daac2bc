// The keys that work anywhere, and the dialog that shows all of them.
import { isDialogOpen, openDialog } from "./dialogs.js";
import { el, isWriting, memory } from "./dom.js";
import { redo, undo } from "./history.js";
import { live } from "./live.js";
import { toast } from "./speech.js";
import { store } from "./store.js";
import { t } from "./strings.js";
import { camera } from "./camera.js";

const isMac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);

export const usesSingleKeys = () => memory.get("singleKeys", true);

export function listenToKeys(app) {
  let held = null;
  const release = () => {
    if (held === null) return;
    held = null;
    live.endLesson();
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isDialogOpen() || isWriting(event)) return;
    const { key } = event;
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
      if (key.toLowerCase() === "z") event.shiftKey ? redo() : undo();
      else if (key.toLowerCase() === "y") redo();
      else return;
      return event.preventDefault();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !usesSingleKeys()) return;
    if (/^[0-9]$/.test(key)) {
      event.preventDefault();
      if (event.repeat || held !== null) return;
      const chosen = store.forDigit(key);
      if (!chosen) return;
      if (!live.beginLesson(chosen.id)) return toast(t("live.cannotTeach"));
      held = event.code;
    } else if (
      key === " " &&
      !event.target.closest?.("button, a, summary, [role=tab], [role=option], [role=listbox], input")
    ) {
      event.preventDefault();
      if (!event.repeat && camera.isOn) live.pause(!live.isPaused);
    } else if (key === "?") openKeys();
    else if (key === "/") {
      event.preventDefault();
      location.hash = "#pictures";
      setTimeout(() => app.querySelector("#search")?.focus());
    } else if (key.toLowerCase() === "s") app.querySelector("studio-live").say();
    else if (key === "Escape" && live.still) live.closeStill();
  });
  document.addEventListener("keyup", (event) => event.code === held && release());
  window.addEventListener("blur", release);
}

export function openKeys() {
  const control = isMac ? "⌘" : t("key.control");
  const table = [
    [
      "keys.anywhere",
      [
        [["1–9"], "keys.teach"],
        [["0"], "keys.none"],
        [[t("key.space")], "keys.pause"],
        [["S"], "keys.say"],
        [[control, "Z"], "keys.undo"],
        [[control, t("key.shift"), "Z"], "keys.redo"],
        [[control, "V"], "keys.paste"],
        [["/"], "keys.search"],
        [["?"], "keys.keys"],
      ],
    ],
    [
      "keys.inPictures",
      [
        [[t("key.arrows")], "keys.arrows"],
        [[t("key.space")], "keys.space"],
        [[control, "A"], "keys.all"],
        [[t("key.enter")], "keys.enter"],
        [["1–9"], "keys.digits"],
        [[t("key.delete")], "keys.delete"],
        [[t("key.escape")], "keys.escape"],
      ],
    ],
    [
      "keys.inReview",
      [
        [["A"], "keys.accept"],
        [["R"], "keys.keep"],
        [["L"], "keys.later"],
      ],
    ],
  ];
  const toggle = el("input", {
    type: "checkbox",
    id: "single-keys",
    onchange: () => memory.set("singleKeys", toggle.checked),
  });
  toggle.checked = usesSingleKeys();
  openDialog({
    title: t("keys.title"),
    wide: true,
    content: [
      el(
        "div",
        { class: "keys" },
        table.map(([title, rows]) =>
          el(
            "section",
            null,
            el("h3", { text: t(title) }),
            el(
              "dl",
              null,
              rows.map(([keys, text]) =>
                el(
                  "div",
                  null,
                  el(
                    "dt",
                    null,
                    keys.map((key) => el("kbd", { class: "key", text: key })),
                  ),
                  el("dd", { text: t(text) }),
                ),
              ),
            ),
          ),
        ),
      ),
      el("label", { class: "check", for: "single-keys" }, toggle, el("span", { text: t("keys.single") })),
    ],
  });
}
