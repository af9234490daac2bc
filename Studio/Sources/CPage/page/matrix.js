// What is taken for what: a table whose numbers open the pictures. Many classes fold to those that are confused most.
import { el, set, setText, show } from "./dom.js";
import { store } from "./store.js";
import { t } from "./strings.js";

const atMost = 12;

export class Matrix {
  constructor() {
    this.note = el("p", { class: "quiet" });
    this.table = el("table", { class: "matrix" });
    this.scroll = el("div", { class: "scroll" }, this.table);
    this.element = el(
      "section",
      { class: "sheet" },
      el("h3", { class: "sheet-title", id: "matrix-title", text: t("trust.matrix") }),
      this.note,
      this.scroll,
    );
    set(this.table, "aria-labelledby", "matrix-title");
    this.table.addEventListener("keydown", (event) => this.move(event));
  }

  show(confusions) {
    const known = confusions.filter((each) => store.class(each.label) && store.class(each.takenFor));
    const wrong = known
      .filter((each) => each.label !== each.takenFor && each.count > 0)
      .sort((a, b) => b.count - a.count);
    const all = store.classes.filter((each) => known.some((cell) => cell.label === each.id));
    show(this.element, all.length > 1);
    const mark = JSON.stringify([known, all.map((each) => each.name)]);
    if (mark === this.mark || all.length < 2) return;
    this.mark = mark;
    let shown = all;
    if (all.length > atMost) {
      const chosen = new Set();
      for (const { label, takenFor } of wrong)
        for (const id of [label, takenFor]) if (chosen.size < atMost) chosen.add(id);
      shown = all.filter((each) => chosen.has(each.id));
    }
    const folded = shown.length < all.length ? t("trust.matrixFolded", { n: shown.length, total: all.length }) : "";
    setText(this.note, wrong.length ? `${t("trust.matrixText")} ${folded}` : t("trust.noConfusions"));
    show(this.scroll, shown.length > 1);
    const counts = new Map(known.map((each) => [`${each.label} ${each.takenFor}`, each.count]));
    const totals = new Map(
      shown.map((each) => [
        each.id,
        known.filter((cell) => cell.label === each.id).reduce((sum, cell) => sum + cell.count, 0),
      ]),
    );
    this.table.replaceChildren(
      el(
        "thead",
        null,
        el(
          "tr",
          null,
          el("td", { class: "corner quiet", text: t("trust.matrixCorner") }),
          shown.map((each) => el("th", { scope: "col" }, el("span", { text: each.name, dir: "auto" }))),
        ),
      ),
      el(
        "tbody",
        null,
        shown.map((label) =>
          el(
            "tr",
            null,
            el("th", { scope: "row", text: label.name, dir: "auto" }),
            shown.map((takenFor) =>
              this.cell(label, takenFor, counts.get(`${label.id} ${takenFor.id}`) ?? 0, totals.get(label.id)),
            ),
          ),
        ),
      ),
    );
    const first = this.table.querySelector(".is-wrong a") ?? this.table.querySelector("a");
    if (first) first.tabIndex = 0;
  }

  cell(label, takenFor, count, total) {
    const isRight = label.id === takenFor.id;
    if (count === 0) return el("td", { class: "is-zero" }, el("span", { class: "visually-hidden", text: "0" }));
    const link = el("a", {
      href: `#pictures?label=${label.id}&takenFor=${takenFor.id}`,
      tabindex: -1,
      text: count,
      "aria-label": t(isRight ? "trust.cellRight" : "trust.cell", {
        n: count,
        label: label.name,
        takenFor: takenFor.name,
      }),
    });
    set(link, "title", link.getAttribute("aria-label"));
    const cell = el("td", { class: isRight ? "is-right" : "is-wrong" }, link);
    cell.style.setProperty("--share", `${Math.round((12 + 40 * (count / Math.max(1, total))) * 10) / 10}%`);
    return cell;
  }

  /** Arrows go from number to number, so that the table is one stop of the tab key. */
  move(event) {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    const cell = event.target.closest("td");
    if (!step || !cell) return;
    event.preventDefault();
    const rows = [...this.table.tBodies[0].rows];
    let [row, column] = [rows.indexOf(cell.parentElement) + step[0], cell.cellIndex + step[1]];
    while (rows[row]?.cells[column]) {
      const link = rows[row].cells[column].querySelector("a");
      if (link) {
        for (const each of this.table.querySelectorAll("a[tabindex='0']")) each.tabIndex = -1;
        link.tabIndex = 0;
        return link.focus();
      }
      [row, column] = [row + step[0], column + step[1]];
    }
  }
}
