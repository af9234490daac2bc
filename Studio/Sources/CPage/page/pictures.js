// Tidying: find pictures, select many, move them to another class, delete them.
import { api } from "./api.js";
import { classChoice, openDialog } from "./dialogs.js";
import { button, el, icon, reconcile, setText, show } from "./dom.js";
import { undoable } from "./history.js";
import { PictureGrid } from "./picture-grid.js";
import { PictureSource } from "./picture-source.js";
import { store } from "./store.js";
import { t } from "./strings.js";
import { openViewer } from "./viewer.js";

const filters = ["all", "suspects", "alike", "unreadable"];

class Pictures extends HTMLElement {
  #cell = null;

  connectedCallback() {
    if (this.firstChild) return;
    this.source = new PictureSource();
    this.grid = new PictureGrid(this.source);
    this.search = el("input", {
      type: "search",
      id: "search",
      autocomplete: "off",
      "aria-label": t("pictures.search"),
      placeholder: t("pictures.search"),
    });
    this.classes = el(
      "select",
      { "aria-label": t("pictures.class") },
      el("option", { value: "", "data-key": "all", text: t("pictures.allClasses") }),
    );
    this.filter = el(
      "select",
      { "aria-label": t("pictures.filter") },
      filters.map((each) =>
        el("option", { value: each, text: t(`pictures.filter${each[0].toUpperCase()}${each.slice(1)}`) }),
      ),
    );
    this.cellText = el("span", { dir: "auto" });
    this.cellChip = el(
      "div",
      { class: "chip", hidden: true },
      this.cellText,
      button(t("pictures.clearCell"), { icon: "close", iconOnly: true, onclick: () => (location.hash = "#pictures") }),
    );
    this.count = el("p", { class: "quiet", role: "status" });
    this.unread = el("a", { class: "button text unread", href: "#pictures?filter=unreadable", hidden: true });
    this.bar = this.makeBar();
    this.blankText = el("p", { class: "quiet" });
    this.blank = el(
      "div",
      { class: "blank", hidden: true },
      icon("pictures"),
      el("p", { class: "title small", text: t("pictures.none") }),
      this.blankText,
    );
    this.append(
      el("h2", { class: "visually-hidden", text: t("pictures.heading") }),
      el(
        "div",
        { class: "toolbar" },
        el("div", { class: "search" }, icon("search"), this.search),
        this.classes,
        this.filter,
        this.cellChip,
        this.unread,
        this.count,
      ),
      this.bar,
      this.blank,
      this.grid.element,
    );
    this.search.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.choose(), 200);
    });
    for (const select of [this.classes, this.filter]) select.addEventListener("change", () => this.choose());
    this.source.addEventListener("change", () => this.update());
    this.grid.addEventListener("selection", () => this.update());
    this.grid.addEventListener("delete", () => this.delete([...this.grid.selection]));
    this.grid.addEventListener("open", (event) => this.view(event.detail));
    this.grid.addEventListener("digit", (event) => {
      const chosen = store.forDigit(event.detail);
      if (chosen && this.grid.selection.size) this.moveTo([...this.grid.selection], { class: chosen.id }, chosen.name);
    });
    store.on("project", () => this.updateClasses());
    for (const name of ["change", "estimate"])
      store.on(name, () => this.isOpen && this.source.refresh(...this.grid.visible));
  }

  get isOpen() {
    return !this.closest("[hidden]");
  }

  makeBar() {
    this.selected = el("p", { class: "strong", role: "status" });
    const chosen = () => [...this.grid.selection];
    return el(
      "div",
      { class: "selection-bar" },
      this.selected,
      el("span", { class: "space" }),
      button(t("pictures.selectAll"), { kind: "text", onclick: () => this.grid.selectAll() }),
      button(t("pictures.move"), { icon: "move", onclick: () => this.move(chosen()) }),
      button(t("pictures.delete"), { icon: "trash", onclick: () => this.delete(chosen()) }),
      button(t("pictures.clear"), {
        icon: "close",
        iconOnly: true,
        onclick: () => (this.grid.select([]), this.grid.element.focus()),
      }),
    );
  }

  /** Opened by an address: `?class=`, `?filter=`, or the cell of the matrix `?label=&takenFor=`. */
  opened(query) {
    this.updateClasses();
    this.classes.value = query.get("class") ?? "";
    this.filter.value = filters.includes(query.get("filter")) ? query.get("filter") : "all";
    this.#cell = query.has("label") ? { label: query.get("label"), takenFor: query.get("takenFor") } : null;
    this.search.value = "";
    this.wanted = query.get("class");
    this.choose();
  }

  choose() {
    const cell = this.#cell;
    show(this.cellChip, cell !== null);
    for (const select of [this.classes, this.filter]) show(select, cell === null);
    if (cell)
      setText(
        this.cellText,
        t("pictures.cell", { label: store.name(Number(cell.label)), takenFor: store.name(Number(cell.takenFor)) }),
      );
    this.grid.reset();
    this.source.choose({
      ...(cell ?? { class: this.classes.value, filter: this.filter.value === "all" ? null : this.filter.value }),
      search: this.search.value.trim(),
    });
  }

  updateClasses() {
    const before = this.classes.value || this.wanted;
    const all = this.classes.querySelector("[data-key=all]");
    reconcile(
      this.classes,
      [{ id: "all" }, ...store.classes],
      (each) => each.id,
      (each) => el("option", { value: each.id }),
      (option, each) => option !== all && setText(option, each.name),
    );
    if (before && store.class(Number(before))) this.classes.value = before;
    if (store.project && this.wanted) this.wanted = null;
    if (this.#cell)
      setText(
        this.cellText,
        t("pictures.cell", {
          label: store.name(Number(this.#cell.label)),
          takenFor: store.name(Number(this.#cell.takenFor)),
        }),
      );
    this.grid.plan();
  }

  update() {
    const { total } = this.source;
    const n = this.grid.selection.size;
    setText(this.count, total === null ? "" : t("common.pictures", { n: total }));
    const unread = store.project?.unreadable ?? 0;
    show(this.unread, unread > 0 && this.filter.value !== "unreadable");
    setText(this.unread, t("pictures.unreadable", { n: unread }));
    setText(this.selected, n ? t("pictures.selected", { n }) : "");
    show(this.bar, n > 0);
    show(this.blank, total === 0);
    show(this.grid.element, total !== 0);
    setText(this.blankText, t(store.project?.pictures ? "pictures.noneText" : "pictures.noneYet"));
  }

  view(place) {
    openViewer(this.source, place, {
      onMove: (ids) => this.move(ids),
      onDelete: (ids) => this.delete(ids),
      onClose: (last) => {
        this.grid.active = last;
        this.grid.reveal(last);
        this.grid.element.focus();
      },
    });
  }

  move(ids) {
    if (ids.length === 0) return;
    const choice = classChoice(store.classes);
    openDialog({
      title: t("pictures.moveTo", { n: ids.length }),
      content: choice.element,
      submit: t("pictures.moveDo"),
      onSubmit: () => {
        const target = choice.value();
        if (!target) return false;
        this.moveTo(ids, target, choice.label());
      },
    });
  }

  async moveTo(ids, target, name) {
    if (await undoable(() => api.move(ids, target), t("pictures.moved", { n: ids.length, name }))) this.grid.select([]);
  }

  async delete(ids) {
    if (ids.length === 0) return;
    if (await undoable(() => api.delete(ids), t("pictures.deleted", { n: ids.length }))) this.grid.select([]);
  }
}

customElements.define("studio-pictures", Pictures);
