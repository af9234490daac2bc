// The cards of the classes: name, pictures, how well it is known, and the button that teaches it while it is held.
import { api, thumbnail } from "./api.js";
import { camera } from "./camera.js";
import { classChoice, openDialog, openMenu } from "./dialogs.js";
import { button, el, icon, isTouch, reconcile, set, setText, show } from "./dom.js";
import { addFiles, chooseFiles } from "./drop.js";
import { holdable } from "./hold.js";
import { live } from "./live.js";
import { announce, complain, toast } from "./speech.js";
import { store } from "./store.js";
import { percent, t } from "./strings.js";
import { undoable } from "./history.js";

class Classes extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.heading = el("h2", { class: "visually-hidden", text: t("teach.heading") });
    this.advice = el("div", { class: "advice-line" });
    this.cards = el("ul", { class: "cards", "aria-label": t("teach.heading") }, this.adder());
    show(this.cards, false);
    this.welcome = this.makeWelcome();
    this.append(this.heading, this.welcome, this.advice, this.cards);
    store.on("project", () => this.update());
    store.on("estimate", () => this.update());
    camera.addEventListener("change", () => this.update());
    live.addEventListener("lesson", () => this.update());
    live.addEventListener("state", () => this.update());
    live.addEventListener("taught", (event) => this.sum(event.detail));
    this.update();
  }

  /** Opened by an address: `?class=` brings one card into view, `?none` offers to add that class. */
  opened(query) {
    const target = query.has("none")
      ? this.addNone
      : this.querySelector(`[data-key="${Number(query.get("class"))}"] .teach`);
    if (query.size && target) setTimeout(() => (target.scrollIntoView({ block: "center" }), target.focus()));
  }

  makeWelcome() {
    this.first = el("input", {
      id: "first-class",
      type: "text",
      maxlength: 100,
      autocomplete: "off",
      dir: "auto",
      placeholder: t("teach.firstExample"),
      required: true,
    });
    return el(
      "div",
      { class: "welcome", hidden: true },
      el("div", { class: "welcome-art", "aria-hidden": "true" }, el("span"), el("span"), el("span")),
      el("p", { class: "title", role: "heading", "aria-level": "3", text: t("teach.welcome") }),
      el("p", { class: "lead", text: t("teach.welcomeText") }),
      el(
        "form",
        { class: "welcome-form", onsubmit: (event) => (event.preventDefault(), this.add(this.first)) },
        el("label", { for: "first-class", text: t("teach.firstName") }),
        el(
          "div",
          { class: "row" },
          this.first,
          el("button", { type: "submit", class: "button primary", text: t("teach.start") }),
        ),
      ),
      el("p", { class: "quiet", text: t(isTouch() ? "teach.orChoose" : "teach.orDrop") }),
      el(
        "div",
        { class: "row center wrap" },
        button(t("teach.chooseFiles"), { icon: "upload", onclick: () => chooseFiles() }),
        isTouch()
          ? null
          : button(t("teach.chooseFolder"), { icon: "move", onclick: () => chooseFiles({ folder: true }) }),
      ),
    );
  }

  adder() {
    this.newName = el("input", {
      id: "new-class",
      type: "text",
      maxlength: 100,
      autocomplete: "off",
      dir: "auto",
      "aria-label": t("teach.newName"),
      placeholder: t("teach.newClass"),
      required: true,
    });
    this.hint = el("p", { class: "quiet" });
    this.addNone = button(t("teach.addNone"), { kind: "text", onclick: () => this.addNamed("none") });
    return (this.adderElement = el(
      "li",
      { class: "card adder" },
      el(
        "form",
        { onsubmit: (event) => (event.preventDefault(), this.add(this.newName)) },
        el(
          "div",
          { class: "row" },
          this.newName,
          el(
            "button",
            { type: "submit", class: "button icon-only", "aria-label": t("teach.add"), title: t("teach.add") },
            icon("plus"),
          ),
        ),
      ),
      this.hint,
      this.addNone,
    ));
  }

  async add(input) {
    const name = input.value.trim();
    if (!name) return;
    if (await this.addNamed(name)) input.value = "";
  }

  async addNamed(name) {
    try {
      const answer = await api.addClass(name);
      store.apply(answer);
      announce(t("teach.added", { name }));
      this.querySelector(`[data-key="${answer.class.id}"] .teach`)?.focus();
      return true;
    } catch (error) {
      complain(error);
      return false;
    }
  }

  update() {
    if (!store.project) return;
    const classes = store.classes;
    show(this.welcome, classes.length === 0);
    show(this.cards, classes.length > 0);
    setText(this.hint, classes.length === 1 ? t("teach.second") : "");
    show(this.hint, classes.length === 1);
    show(this.addNone, classes.length >= 2 && !classes.some((each) => each.isNone));
    reconcile(
      this.cards,
      classes,
      (each) => each.id,
      (each) => new Card(each).element,
      (element, each) => element.card.update(each),
    );
    this.updateAdvice();
  }

  updateAdvice() {
    const advice =
      store.classes.length > 1 ? store.estimate?.advice?.find((each) => each.kind !== "none" || each.class) : null;
    show(this.advice, Boolean(advice));
    if (!advice || this.advice.dataset.text === advice.message) return;
    this.advice.dataset.text = advice.message;
    this.advice.replaceChildren(
      icon("trust"),
      el("p", { text: advice.message, dir: "auto" }),
      el("a", {
        class: "button text",
        href: advice.kind === "mislabelled" ? "#trust?review" : "#trust",
        text: t(advice.kind === "mislabelled" ? "trust.review" : "teach.why"),
      }),
    );
  }

  sum(lesson) {
    const name = store.name(lesson.class);
    // The tray shows what failed, and why.
    if (lesson.failed) return announce([lesson.failed.message, lesson.failed.remedy].filter(Boolean).join(" "));
    const parts = [
      lesson.kept || lesson.waiting
        ? t("teach.taught", { n: lesson.kept + lesson.waiting, name })
        : t("teach.taughtNothing", { name }),
      lesson.passed ? t("teach.passedOver", { n: lesson.passed }) + "." : null,
      lesson.elsewhere ? t("teach.otherClass", { n: lesson.elsewhere }) + "." : null,
    ];
    announce(parts.filter(Boolean).join(" "));
    const card = this.querySelector(`[data-key="${lesson.class}"]`)?.card;
    card?.tell(lesson);
  }
}

class Card {
  constructor(given) {
    this.id = given.id;
    this.key = el("kbd", { class: "key", "aria-hidden": "true" });
    this.name = el("button", { type: "button", class: "name", dir: "auto", onclick: () => this.edit() });
    this.more = button("", {
      icon: "more",
      iconOnly: true,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => this.menu(),
    });
    this.count = el("span", { class: "quiet" });
    this.pictures = el("div", { class: "thumbs-images" });
    this.thumbs = el(
      "button",
      { type: "button", class: "thumbs", onclick: () => (location.hash = `#pictures?class=${this.id}`) },
      this.pictures,
    );
    this.fill = el("span", { class: "fill" });
    this.knownText = el("span", { class: "quiet" });
    this.news = el("p", { class: "news quiet", hidden: true });
    this.teach = el(
      "button",
      { type: "button", class: "button teach" },
      icon("camera"),
      el("span", { class: "label" }),
    );
    this.teachLabel = this.teach.lastElementChild;
    this.isForFiles = false;
    holdable(this.teach, { begin: () => this.begin(), end: () => this.end() });
    this.files = button(t("teach.addPictures"), {
      icon: "upload",
      iconOnly: true,
      kind: "plain",
      onclick: () => chooseFiles({ target: { class: this.id } }),
    });
    this.element = el(
      "li",
      { class: "card" },
      el("div", { class: "card-head" }, this.key, el("h3", null, this.name), this.more),
      this.thumbs,
      el(
        "div",
        { class: "known" },
        el("div", { class: "bar", "aria-hidden": "true" }, this.fill),
        el("div", { class: "row spread" }, this.count, this.knownText),
      ),
      el("div", { class: "row card-actions" }, this.teach, this.files),
      this.news,
    );
    this.element.card = this;
    this.acceptDrops();
  }

  get class() {
    return store.class(this.id);
  }

  update(given) {
    const { name, count, known, newest } = given;
    const digit = store.digit(this.id);
    const lesson = live.lesson?.class === this.id ? live.lesson : null;
    this.isForFiles = !camera.isPossible && !live.still;
    this.element.classList.toggle("is-learning", Boolean(lesson));
    this.element.classList.toggle("is-none", given.isNone);
    show(this.key, digit !== null);
    setText(this.key, digit ?? "");
    if (this.name.isConnected) setText(this.name, name);
    set(this.name, "aria-label", t("teach.renameName", { name }));
    set(this.name, "title", t("teach.rename"));
    for (const [element, label] of [
      [this.more, t("common.more", { name })],
      [this.files, t("teach.addPicturesName", { name })],
      [this.thumbs, t("teach.showPicturesName", { name })],
    ])
      set(element, "aria-label", label);
    setText(this.count, t("common.pictures", { n: count }));
    setText(
      this.knownText,
      count === 0
        ? ""
        : typeof known === "number"
          ? t("teach.known", { percent: percent(known) })
          : t("teach.unknownYet"),
    );
    this.fill.style.inlineSize = `${(known ?? 0) * 100}%`;
    reconcile(
      this.pictures,
      newest.slice(0, 6),
      (id) => id,
      (id) =>
        el("img", {
          src: thumbnail(id),
          alt: "",
          width: 72,
          height: 72,
          loading: "lazy",
          draggable: "false",
          onerror: (event) => event.target.remove(),
        }),
    );
    this.thumbs.classList.toggle("is-empty", count === 0);
    this.thumbs.disabled = count === 0;
    set(this.thumbs, "data-empty", t("teach.empty"));
    const isTaking = this.isForFiles && isTouch();
    const words = lesson?.isHandsFree
      ? ["teach.stop", "teach.stopName"]
      : this.isForFiles
        ? isTaking
          ? ["teach.takePicture", "teach.takePictureName"]
          : ["teach.addPictures", "teach.addPicturesName"]
        : ["teach.hold", "teach.holdName"];
    setText(this.teachLabel, t(words[0]));
    set(this.teach, "aria-label", t(words[1], { name }));
    show(this.files, !this.isForFiles || isTaking);
    if (lesson) this.tell(lesson);
  }

  /** Says on the card how many frames were learnt and passed over. */
  tell(lesson) {
    clearTimeout(this.newsTimer);
    const parts = [
      lesson.kept || lesson.waiting ? `+${lesson.kept + lesson.waiting}` : null,
      lesson.passed ? t("teach.passedOver", { n: lesson.passed }) : null,
      lesson.elsewhere ? t("teach.otherClass", { n: lesson.elsewhere }) : null,
    ].filter(Boolean);
    setText(this.news, parts.join(" · "));
    show(this.news, parts.length > 0);
    if (!live.lesson) this.newsTimer = setTimeout(() => show(this.news, false), 5000);
  }

  begin() {
    if (live.lesson?.isHandsFree) return live.endLesson();
    if (this.isForFiles) return;
    if (!live.beginLesson(this.id)) {
      if (camera.state === "off") camera.start();
      else toast(t("live.cannotTeach"));
    }
  }

  end() {
    if (this.isForFiles) return chooseFiles({ target: { class: this.id }, capture: isTouch() });
    if (!live.lesson?.isHandsFree) live.endLesson();
  }

  menu() {
    const { name } = this.class;
    const others = store.classes.filter((each) => each.id !== this.id);
    openMenu(this.more, t("common.more", { name }), [
      camera.isOn && {
        label: t("teach.handsFree"),
        icon: "camera",
        run: () => live.beginLesson(this.id, { isHandsFree: true }),
      },
      { label: t("teach.addPictures"), icon: "upload", run: () => chooseFiles({ target: { class: this.id } }) },
      !isTouch() && {
        label: t("teach.addFolder"),
        icon: "move",
        run: () => chooseFiles({ target: { class: this.id }, folder: true }),
      },
      { label: t("teach.showPictures"), icon: "pictures", run: () => (location.hash = `#pictures?class=${this.id}`) },
      { label: t("teach.rename"), icon: "tag", run: () => this.edit() },
      others.length > 0 && { label: t("teach.merge"), icon: "next", run: () => this.merge() },
      { label: t("teach.delete"), icon: "trash", danger: true, run: () => this.delete() },
    ]);
  }

  edit() {
    if (!this.name.isConnected) return;
    const { name } = this.class;
    let isDone = false;
    const input = el("input", {
      type: "text",
      class: "name-input",
      maxlength: 100,
      autocomplete: "off",
      dir: "auto",
      "aria-label": t("teach.renameName", { name }),
    });
    input.value = name;
    const finish = async (isKept) => {
      if (isDone) return;
      isDone = true;
      const hadFocus = document.activeElement === input;
      input.replaceWith(this.name);
      if (hadFocus) this.name.focus();
      const wanted = input.value.trim();
      if (isKept && wanted && wanted !== name) await this.rename(wanted);
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      finish(event.key === "Enter");
    });
    input.addEventListener("blur", () => finish(true));
    this.name.replaceWith(input);
    input.focus();
    input.select();
  }

  async rename(wanted) {
    try {
      store.apply(await api.renameClass(this.id, wanted));
      announce(t("class.renamed", { name: wanted }));
    } catch (error) {
      if (error.code !== "sameName") return complain(error);
      this.confirmMerge(wanted);
    }
  }

  confirmMerge(other) {
    const { name } = this.class;
    openDialog({
      title: t("merge.title", { name }),
      content: [
        el("p", { text: t("merge.same", { name, other }), dir: "auto" }),
        el("p", { class: "quiet", text: t("merge.text") }),
      ],
      submit: t("merge.do"),
      onSubmit: () => this.mergeInto(other),
    });
  }

  merge() {
    const { name } = this.class;
    const choice = classChoice(
      store.classes.filter((each) => each.id !== this.id),
      { label: t("merge.into"), allowsNew: false },
    );
    openDialog({
      title: t("merge.title", { name }),
      content: [choice.element, el("p", { class: "quiet", text: t("merge.text") })],
      submit: t("merge.do"),
      onSubmit: () => this.mergeInto(choice.label()),
    });
  }

  async mergeInto(other) {
    const { name } = this.class;
    await undoable(() => api.renameClass(this.id, other, true), t("merge.done", { name, other }));
  }

  async delete() {
    const { name } = this.class;
    await undoable(() => api.deleteClass(this.id), t("class.deleted", { name }));
  }

  acceptDrops() {
    const { element } = this;
    element.addEventListener("dragover", (event) => {
      event.preventDefault();
      element.classList.add("is-target");
    });
    element.addEventListener(
      "dragleave",
      (event) => !element.contains(event.relatedTarget) && element.classList.remove("is-target"),
    );
    element.addEventListener("drop", (event) => {
      event.preventDefault();
      element.classList.remove("is-target");
      addFiles(event.dataTransfer, { target: { class: this.id } });
    });
  }
}

customElements.define("studio-classes", Classes);
