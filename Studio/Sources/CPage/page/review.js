// Pictures that look mislabelled, one after the other: one key accepts the likely class, another keeps the label.
import { api, image, thumbnail } from "./api.js";
import { isDialogOpen } from "./dialogs.js";
import { el, isWriting, reconcile, set, setText, show } from "./dom.js";
import { undoable } from "./history.js";
import { usesSingleKeys } from "./keys.js";
import { complain } from "./speech.js";
import { store } from "./store.js";
import { percent, t } from "./strings.js";

export class Review {
  #later = new Set();
  #busy = false;
  pictures = [];

  constructor() {
    this.count = el("span", { class: "quiet" });
    this.none = el("p", { class: "quiet", text: t("trust.suspectsNone") });
    this.picture = el("img", { class: "review-picture", width: 320, height: 320 });
    this.text = el("p", { class: "title small", dir: "auto" });
    this.file = el("p", { class: "quiet", dir: "auto" });
    this.accept = choice("A", "primary", () => this.decide("accept"));
    this.keep = choice("R", "plain", () => this.decide("keep"));
    this.later = choice("L", "plain", () => this.decide("later"));
    this.strip = el("ul", { class: "review-strip", "aria-hidden": "true" });
    this.box = el(
      "div",
      { class: "review" },
      this.picture,
      el(
        "div",
        { class: "review-words" },
        this.text,
        this.file,
        el("div", { class: "review-choices" }, this.accept, this.keep, this.later),
        this.strip,
      ),
    );
    this.element = el(
      "section",
      { class: "sheet", "aria-labelledby": "review-title" },
      el(
        "div",
        { class: "row spread" },
        el("h3", { class: "sheet-title", id: "review-title", text: t("trust.suspects") }),
        this.count,
      ),
      this.none,
      this.box,
    );
    document.addEventListener("keydown", (event) => {
      const choice = { a: "accept", r: "keep", l: "later" }[event.key.toLowerCase()];
      if (!choice || event.ctrlKey || event.metaKey || event.altKey || event.repeat || !usesSingleKeys()) return;
      if (isWriting(event) || isDialogOpen() || !this.box.checkVisibility()) return;
      event.preventDefault();
      this.decide(choice);
    });
  }

  get current() {
    return this.pictures.find((each) => !this.#later.has(each.id)) ?? this.pictures[0] ?? null;
  }

  focus() {
    this.element.scrollIntoView({ block: "start" });
    if (this.current) this.accept.focus();
  }

  show(total) {
    if (total !== this.total || this.revision !== store.estimate?.revision) this.refresh();
    this.total = total;
  }

  async refresh() {
    this.revision = store.estimate?.revision;
    if (!store.estimate?.suspects) {
      this.pictures = [];
      return this.update();
    }
    try {
      const answer = await api.pictures({ filter: "suspects", limit: 60 });
      this.pictures = answer.pictures.filter((each) => each.looksLike && store.class(each.looksLike.class));
      this.total = answer.total;
      this.update();
    } catch (error) {
      complain(error);
    }
  }

  update() {
    const { current } = this;
    show(this.box, current !== null);
    show(this.none, current === null);
    setText(this.count, current ? t("trust.suspectCount", { n: Math.max(this.pictures.length, this.total ?? 0) }) : "");
    if (!current) return;
    const label = store.name(current.class);
    const other = store.name(current.looksLike.class);
    if (this.picture.dataset.id !== String(current.id)) {
      this.picture.dataset.id = current.id;
      this.picture.src = image(current.id);
      this.picture.onerror = () => ((this.picture.onerror = null), (this.picture.src = thumbnail(current.id)));
    }
    set(this.picture, "alt", t("trust.suspectPicture", { name: current.name, label }));
    setText(this.text, t("trust.suspectText", { label, other, percent: percent(current.looksLike.probability) }));
    setText(this.file, current.name);
    setText(this.accept.words, t("trust.accept", { name: other }));
    setText(this.keep.words, t("trust.keep", { name: label }));
    setText(this.later.words, t("trust.skip"));
    show(this.later, this.pictures.length > 1);
    reconcile(
      this.strip,
      this.pictures.filter((each) => each !== current).slice(0, 8),
      (each) => each.id,
      (each) => el("li", null, el("img", { src: thumbnail(each.id), alt: "", width: 48, height: 48 })),
    );
  }

  async decide(choice) {
    const { current } = this;
    if (!current || this.#busy) return;
    if (choice === "later") {
      this.#later.add(current.id);
      if (this.pictures.every((each) => this.#later.has(each.id))) this.#later.clear();
      return this.update();
    }
    this.#busy = true;
    const name = store.name(choice === "accept" ? current.looksLike.class : current.class);
    const answer =
      choice === "accept"
        ? await undoable(
            () => api.move([current.id], { class: current.looksLike.class }),
            t("trust.accepted", { name }),
          )
        : await undoable(() => api.confirm([current.id]), t("trust.keptLabel", { name }));
    this.#busy = false;
    if (!answer) return;
    this.pictures = this.pictures.filter((each) => each !== current);
    this.total = Math.max(0, (this.total ?? 1) - 1);
    const hadFocus = this.element.contains(document.activeElement);
    this.update();
    if (hadFocus && !this.current) {
      this.element.tabIndex = -1;
      this.element.focus();
    }
  }
}

function choice(key, kind, onclick) {
  const words = el("span", { dir: "auto" });
  const element = el(
    "button",
    { type: "button", class: `button ${kind}`, onclick },
    el("kbd", { class: "key", "aria-hidden": "true", text: key }),
    words,
  );
  element.words = words;
  return element;
}
