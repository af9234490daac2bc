// A grid of any number of pictures. Only the visible cells are in the page; the selection is by picture, not by place.
import { thumbnail } from "./api.js";
import { el, icon, set, setText, show } from "./dom.js";
import { store } from "./store.js";
import { t } from "./strings.js";

const gap = 6;

export class PictureGrid extends EventTarget {
  selection = new Set();
  active = 0;
  #cells = new Map();
  #spare = [];
  #anchor = 0;
  #isPlanned = false;
  #columns = 1;
  #side = 120;
  #drag = null;
  #press = null;
  #lastScroll = { top: 0, at: 0 };
  #settling = null;

  constructor(source) {
    super();
    this.source = source;
    this.space = el("div", { class: "grid-space", role: "presentation" });
    this.band = el("div", { class: "grid-band", hidden: true, "aria-hidden": "true" });
    this.element = el(
      "div",
      { class: "grid", role: "listbox", tabindex: 0, "aria-multiselectable": "true", "aria-label": t("pictures.grid") },
      this.space,
    );
    this.space.append(this.band);
    source.addEventListener("change", () => this.plan());
    this.element.addEventListener("scroll", () => this.plan(), { passive: true });
    this.isFast = false;
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    this.element.addEventListener("focus", () => this.plan());
    this.element.addEventListener("blur", () => this.plan());
    this.element.addEventListener("pointerdown", (event) => this.onDown(event));
    this.element.addEventListener("pointermove", (event) => this.onMove(event));
    this.element.addEventListener("pointerup", (event) => this.onUp(event));
    this.element.addEventListener("pointercancel", () => this.endPress());
    this.element.addEventListener(
      "dblclick",
      (event) => this.placeOf(event) !== null && this.open(this.placeOf(event)),
    );
    this.element.addEventListener("contextmenu", (event) => this.#press?.isTouch && event.preventDefault());
    new ResizeObserver(() => this.plan()).observe(this.element);
  }

  get total() {
    return this.source.total ?? 0;
  }

  plan() {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    requestAnimationFrame(() => {
      this.#isPlanned = false;
      this.draw();
    });
  }

  reset() {
    this.active = 0;
    this.#anchor = 0;
    this.element.scrollTop = 0;
    this.select([]);
  }

  measure() {
    const width = this.element.clientWidth - 2;
    const wanted = width < 520 ? 104 : 132;
    this.#columns = Math.max(2, Math.floor((width + gap) / (wanted + gap)));
    this.#side = (width - gap * (this.#columns - 1)) / this.#columns;
  }

  get visible() {
    const row = this.#side + gap;
    const first = Math.max(0, Math.floor(this.element.scrollTop / row) - 2) * this.#columns;
    const last = Math.min(
      this.total - 1,
      (Math.ceil((this.element.scrollTop + this.element.clientHeight) / row) + 2) * this.#columns - 1,
    );
    return [first, last];
  }

  draw() {
    if (!this.element.clientWidth) return;
    this.measure();
    const rows = Math.ceil(this.total / this.#columns);
    this.space.style.blockSize = `${Math.max(0, rows * (this.#side + gap) - gap)}px`;
    this.active = Math.max(0, Math.min(this.active, this.total - 1));
    this.noteSpeed();
    const [first, last] = this.visible;
    if (this.source.total !== null && last >= first) this.source.want(first, last);
    for (const [place, cell] of this.#cells) {
      if (place >= first && place <= last) continue;
      cell.remove();
      this.#cells.delete(place);
      // What left the window need not be loaded any more.
      if (!cell.parts.image.complete) {
        cell.parts.image.removeAttribute("src");
        cell.mark = null;
      }
      if (this.#spare.length < 80) this.#spare.push(cell);
    }
    for (let place = first; place <= last; place++) this.drawCell(place);
    const hasActive = this.total > 0 && this.#cells.has(this.active);
    set(this.element, "aria-activedescendant", hasActive ? `picture-${this.active}` : null);
  }

  /** While many rows a second rush by, no pictures are asked for: they would stand in the way of the answers. */
  noteSpeed() {
    const [now, top] = [performance.now(), this.element.scrollTop];
    const before = this.#lastScroll;
    if (top !== before.top) {
      this.isFast = Math.abs(top - before.top) / Math.max(1, now - before.at) > 6;
      this.#lastScroll = { top, at: now };
    }
    clearTimeout(this.#settling);
    if (this.isFast) this.#settling = setTimeout(() => ((this.isFast = false), this.plan()), 90);
  }

  load(cell, picture) {
    if (!picture || picture.state === "unreadable" || this.isFast) return;
    const { image: shown } = cell.parts;
    if (shown.getAttribute("src") !== thumbnail(picture.id)) shown.src = thumbnail(picture.id);
  }

  drawCell(place) {
    let cell = this.#cells.get(place);
    if (!cell) {
      cell = this.#spare.pop() ?? this.makeCell();
      this.#cells.set(place, cell);
      this.insert(cell, place);
    }
    const picture = this.source.at(place);
    const [column, row] = [place % this.#columns, Math.floor(place / this.#columns)];
    const isRightToLeft = getComputedStyle(this.element).direction === "rtl";
    const x = column * (this.#side + gap) * (isRightToLeft ? -1 : 1);
    cell.style.transform = `translate(${x}px, ${row * (this.#side + gap)}px)`;
    cell.style.inlineSize = cell.style.blockSize = `${this.#side}px`;
    set(cell, "id", `picture-${place}`);
    set(cell, "aria-setsize", this.total);
    set(cell, "aria-posinset", place + 1);
    const isSelected = picture !== null && this.selection.has(picture.id);
    set(cell, "aria-selected", String(isSelected));
    cell.classList.toggle("is-active", place === this.active && document.activeElement === this.element);
    this.load(cell, picture);
    const mark = picture
      ? `${picture.id} ${picture.class} ${picture.state} ${picture.looksLike?.class ?? ""} ${picture.likeCount} ${store.name(picture.class)}`
      : "";
    if (cell.mark === mark) return;
    cell.mark = mark;
    this.fillCell(cell, picture);
  }

  /** In the order of the places, so that screen readers read them in order. */
  insert(cell, place) {
    let next = null;
    for (let after = place + 1; after <= place + this.#columns * 2 && !next; after++)
      next = this.#cells.get(after) ?? null;
    if (next?.parentElement === this.space) this.space.insertBefore(cell, next);
    else this.space.append(cell);
  }

  makeCell() {
    const parts = {
      image: el("img", { alt: "", decoding: "async", draggable: "false" }),
      mark: el("span", { class: "cell-mark" }, icon("check")),
      note: el("span", { class: "cell-note" }),
      label: el("span", { class: "cell-label", dir: "auto" }),
    };
    const cell = el("div", { class: "cell", role: "option" }, parts.image, parts.mark, parts.note, parts.label);
    cell.parts = parts;
    return cell;
  }

  fillCell(cell, picture) {
    const { image: shown, note, label } = cell.parts;
    show(shown, picture !== null && picture.state !== "unreadable");
    if (!picture) {
      shown.removeAttribute("src");
      for (const part of [note, label]) setText(part, "");
      set(cell, "aria-label", "…");
      return;
    }
    if (shown.getAttribute("src") !== thumbnail(picture.id) && this.isFast) shown.removeAttribute("src");
    const name = store.name(picture.class);
    const notes = [];
    if (picture.looksLike) notes.push(t("pictures.optionSuspect", { name: store.name(picture.looksLike.class) }));
    if (picture.state === "unreadable") notes.push(t("pictures.optionUnreadable"));
    if (picture.state === "pending") notes.push(t("pictures.optionPending"));
    setText(note, notes[0] ?? "");
    show(note, notes.length > 0);
    setText(label, name);
    set(cell, "aria-label", [t("pictures.option", { name: picture.name, class: name }), ...notes].join(", "));
    set(cell, "title", [picture.name, picture.message].filter(Boolean).join("\n"));
  }

  // Selection

  select(ids) {
    this.selection = new Set(ids);
    this.changed();
  }

  toggle(place) {
    const picture = this.source.at(place);
    if (!picture) return;
    if (!this.selection.delete(picture.id)) this.selection.add(picture.id);
    this.changed();
  }

  async selectRange(from, to) {
    const pictures = await this.source.range(Math.min(from, to), Math.max(from, to));
    this.select(pictures.map((each) => each.id));
  }

  async selectAll() {
    if (this.total) await this.selectRange(0, this.total - 1);
  }

  changed() {
    this.plan();
    this.dispatchEvent(new Event("selection"));
  }

  open(place) {
    if (this.source.at(place)) this.dispatchEvent(new CustomEvent("open", { detail: place }));
  }

  // Keys

  onKey(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / (this.#side + gap))) * this.#columns;
    const side = getComputedStyle(this.element).direction === "rtl" ? -1 : 1;
    const step = {
      ArrowRight: side,
      ArrowLeft: -side,
      ArrowDown: this.#columns,
      ArrowUp: -this.#columns,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    }[event.key];
    const hasControl = event.ctrlKey || event.metaKey;
    if (step !== undefined) this.moveTo(this.active + step, event.shiftKey);
    else if (event.key === " ") {
      this.#anchor = this.active;
      this.toggle(this.active);
    } else if (event.key === "Enter") this.open(this.active);
    else if (hasControl && event.key.toLowerCase() === "a") this.selectAll();
    else if (event.key === "Escape" && this.selection.size) this.select([]);
    else if (event.key === "Delete" || event.key === "Backspace") this.dispatchEvent(new Event("delete"));
    else if (/^[0-9]$/.test(event.key) && !hasControl && !event.altKey)
      this.dispatchEvent(new CustomEvent("digit", { detail: event.key }));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  moveTo(place, isSelecting) {
    const before = this.active;
    const wanted = place === -Infinity ? 0 : place === Infinity ? this.total - 1 : place;
    if (wanted < 0 || wanted >= this.total) {
      if (Math.abs(place - before) <= this.#columns) return;
    }
    this.active = Math.max(0, Math.min(this.total - 1, wanted));
    this.reveal(this.active);
    if (isSelecting) this.selectRange(this.#anchor, this.active);
    else this.#anchor = this.active;
    this.plan();
  }

  reveal(place) {
    const row = this.#side + gap;
    const top = Math.floor(place / this.#columns) * row;
    const { element } = this;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + this.#side > element.scrollTop + element.clientHeight)
      element.scrollTop = top + this.#side - element.clientHeight + 2;
  }

  // Pointer: a click selects, a drag draws a band, a long press of a finger begins to select

  placeOf(event) {
    const cell = event.target.closest?.(".cell");
    return cell ? Number(cell.id.slice("picture-".length)) : null;
  }

  at(event) {
    const box = this.space.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  onDown(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    const isTouch = event.pointerType === "touch";
    this.#press = { place: this.placeOf(event), isTouch, x: event.clientX, y: event.clientY, isLong: false };
    if (isTouch) {
      this.#press.timer = setTimeout(() => {
        if (!this.#press || this.#press.place === null) return;
        this.#press.isLong = true;
        this.toggle(this.#press.place);
      }, 450);
      return;
    }
    this.#drag = {
      from: this.at(event),
      isOn: false,
      base: event.ctrlKey || event.metaKey || event.shiftKey ? new Set(this.selection) : new Set(),
    };
  }

  onMove(event) {
    const press = this.#press;
    if (!press) return;
    const isFar = Math.hypot(event.clientX - press.x, event.clientY - press.y) > 6;
    if (press.isTouch) {
      if (isFar) this.endPress();
      return;
    }
    if (!this.#drag.isOn && isFar) {
      this.#drag.isOn = true;
      this.element.setPointerCapture(event.pointerId);
    }
    if (!this.#drag.isOn) return;
    const box = this.element.getBoundingClientRect();
    if (event.clientY > box.bottom - 24) this.element.scrollTop += 14;
    if (event.clientY < box.top + 24) this.element.scrollTop -= 14;
    this.drawBand(this.#drag.from, this.at(event));
  }

  drawBand(from, to) {
    const [left, right, top, bottom] = [
      Math.min(from.x, to.x),
      Math.max(from.x, to.x),
      Math.min(from.y, to.y),
      Math.max(from.y, to.y),
    ];
    show(this.band, true);
    Object.assign(this.band.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${right - left}px`,
      height: `${bottom - top}px`,
    });
    const step = this.#side + gap;
    const width = this.space.clientWidth;
    const isRightToLeft = getComputedStyle(this.element).direction === "rtl";
    const chosen = new Set(this.#drag.base);
    for (let row = Math.max(0, Math.floor(top / step)); row <= Math.floor(bottom / step); row++) {
      for (let column = 0; column < this.#columns; column++) {
        const start = isRightToLeft ? width - (column + 1) * step + gap : column * step;
        if (start > right || start + this.#side < left || row * step + this.#side < top) continue;
        const picture = this.source.at(row * this.#columns + column);
        if (picture) chosen.add(picture.id);
      }
    }
    this.select(chosen);
  }

  onUp(event) {
    const press = this.#press;
    const wasBand = this.#drag?.isOn;
    const isLong = press?.isLong;
    this.endPress();
    if (!press || wasBand || isLong) return;
    const place = this.placeOf(event);
    if (place === null) return this.select([]);
    this.active = place;
    if (press.isTouch) {
      if (this.selection.size) this.toggle(place);
      else this.open(place);
    } else if (event.shiftKey) this.selectRange(this.#anchor, place);
    else if (event.ctrlKey || event.metaKey || event.target.closest(".cell-mark")) {
      this.#anchor = place;
      this.toggle(place);
    } else {
      this.#anchor = place;
      const picture = this.source.at(place);
      this.select(picture ? [picture.id] : []);
    }
  }

  endPress() {
    clearTimeout(this.#press?.timer);
    this.#press = null;
    this.#drag = null;
    show(this.band, false);
  }
}
