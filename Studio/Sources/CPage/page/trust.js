// How far to trust it: the estimate in words and as a bar, each class, the confusions, and what to do about them.
import { el, icon, reconcile, set, setText, show, button } from "./dom.js";
import { drawCurve } from "./curve.js";
import { Matrix } from "./matrix.js";
import { Review } from "./review.js";
import { store } from "./store.js";
import { percent, points, t } from "./strings.js";

const classesShown = 12;

class Trust extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    this.empty = el(
      "div",
      { class: "blank" },
      icon("trust"),
      el("p", { class: "title small", text: t("trust.none") }),
      el("p", { class: "quiet", text: t("trust.noneText") }),
    );
    this.score = el("p", { class: "title" });
    this.interval = el("p", { class: "lead" });
    this.gauge = new Gauge();
    this.how = el("p", { class: "quiet" });
    this.stale = el("p", { class: "quiet", text: t("trust.stale") });
    this.share = el("p", { class: "quiet" });
    this.advice = el("ul", { class: "advice" });
    this.classes = el("tbody");
    this.allClasses = button("", { kind: "text", onclick: () => ((this.showsAll = true), this.update()) });
    this.matrix = new Matrix();
    this.review = new Review();
    this.alikeText = el("p", { class: "quiet" });
    this.alikeShow = el("a", { class: "button", href: "#pictures?filter=alike", text: t("trust.alikeShow") });
    this.curveText = el("p", { class: "quiet" });
    this.curve = el("div", { class: "curve" });
    this.curveSection = section(t("trust.curve"), this.curveText, this.curve);
    this.adviceSection = section(t("trust.advice"), this.advice);
    this.body = el(
      "div",
      { class: "trust" },
      el(
        "section",
        { class: "sheet hero", "aria-label": t("trust.heading") },
        this.score,
        this.interval,
        this.gauge.element,
        this.how,
        this.share,
        this.stale,
      ),
      this.adviceSection,
      this.review.element,
      this.matrix.element,
      section(
        t("trust.classes"),
        el(
          "div",
          { class: "scroll" },
          el(
            "table",
            { class: "class-table" },
            el(
              "thead",
              null,
              el(
                "tr",
                null,
                [t("trust.class"), t("trust.recall"), "", t("trust.count")].map((text) =>
                  text ? el("th", { scope: "col", text }) : el("td"),
                ),
              ),
            ),
            this.classes,
          ),
        ),
        this.allClasses,
      ),
      this.curveSection,
      section(t("trust.alike"), this.alikeText, this.alikeShow),
    );
    this.append(el("h2", { class: "visually-hidden", text: t("trust.heading") }), this.empty, this.body);
    store.on("estimate", () => this.update());
    store.on("project", () => this.update());
    new ResizeObserver(() => this.drawCurve()).observe(this.curve);
    this.update();
  }

  opened(query) {
    this.update();
    this.review.refresh();
    if (query.has("review")) setTimeout(() => this.review.focus());
  }

  update() {
    if (!this.isConnected || this.closest("[hidden]")) return;
    const { estimate } = store;
    const hasEstimate = typeof estimate?.accuracy === "number";
    show(this.empty, !hasEstimate);
    show(this.body, hasEstimate);
    if (!hasEstimate) return;
    const [low, high] = estimate.interval ?? [null, null];
    setText(this.score, t("trust.score", { right: points(estimate.accuracy) }));
    show(this.interval, low !== null);
    if (low !== null) setText(this.interval, t("trust.interval", { low: points(low), high: points(high) }));
    this.gauge.show(estimate.accuracy, estimate.interval);
    setText(this.how, t("trust.how", { n: estimate.pictures }));
    set(this.how, "title", t("trust.howTitle"));
    show(this.stale, !estimate.isCurrent);
    show(this.share, Boolean(estimate.unknown));
    if (estimate.unknown) setText(this.share, t("trust.unknownShare", { percent: percent(estimate.unknown.share) }));
    this.updateAdvice(estimate.advice ?? []);
    this.updateClasses(estimate.classes ?? []);
    this.matrix.show(estimate.confusions ?? []);
    this.review.show(estimate.suspects ?? 0);
    show(this.alikeShow, estimate.alike > 0);
    setText(this.alikeText, estimate.alike > 0 ? t("trust.alikeText", { n: estimate.alike }) : t("trust.alikeNone"));
    this.updateCurve(estimate.curve ?? []);
  }

  updateAdvice(advice) {
    show(this.adviceSection, advice.length > 0);
    const mark = JSON.stringify(advice);
    if (this.advice.dataset.mark === mark) return;
    this.advice.dataset.mark = mark;
    this.advice.replaceChildren(
      ...advice.map((each) => {
        const pair =
          store.class(each.class) && store.class(each.other)
            ? `#pictures?label=${each.class}&takenFor=${each.other}`
            : null;
        const teach = store.class(each.class) && [
          `#teach?class=${each.class}`,
          t("trust.teachClass", { name: store.name(each.class) }),
        ];
        const target = {
          mislabelled: ["#trust?review", t("trust.review")],
          confused: pair && [pair, t("trust.compare")],
          moreOf: teach,
          fewPictures: teach,
          imbalance: teach,
          none: !store.classes.some((one) => one.isNone) && ["#teach?none", t("trust.addNone")],
          moreClasses: ["#teach", t("tab.teach")],
        }[each.kind];
        return el(
          "li",
          { class: `advice-${each.kind}` },
          icon(each.kind === "enough" ? "check" : each.kind === "mislabelled" ? "warn" : "plus"),
          el("p", { text: each.message, dir: "auto" }),
          target ? el("a", { class: "button text", href: target[0], text: target[1] }) : null,
        );
      }),
    );
  }

  updateClasses(classes) {
    // The least known come first: they are what one can do something about.
    const ordered = classes.filter((each) => store.class(each.class)).sort((a, b) => (a.recall ?? 2) - (b.recall ?? 2));
    const isFolded = !this.showsAll && ordered.length > classesShown + 3;
    show(this.allClasses, isFolded);
    setText(this.allClasses.querySelector(".label"), t("trust.allClasses", { n: ordered.length }));
    reconcile(
      this.classes,
      isFolded ? ordered.slice(0, classesShown) : ordered,
      (each) => each.class,
      (each) => {
        const row = el(
          "tr",
          null,
          el("th", { scope: "row" }, el("a", { href: `#pictures?class=${each.class}`, dir: "auto" })),
          el("td", { class: "number" }),
          el("td", { class: "gauge-cell" }),
          el("td", { class: "number" }),
        );
        row.gauge = new Gauge({ isSmall: true });
        row.children[2].append(row.gauge.element);
        return row;
      },
      (row, each) => {
        setText(row.querySelector("a"), store.name(each.class));
        setText(row.children[1], typeof each.recall === "number" ? percent(each.recall) : "–");
        row.gauge.show(each.recall ?? 0, each.interval);
        setText(row.children[3], t("common.percent", { value: each.count }).replace(/\D+$/, ""));
      },
    );
  }

  updateCurve(curve) {
    show(this.curveSection, curve.length > 0);
    if (curve.length === 0) return;
    this.points = curve;
    const last = curve.at(-1);
    const half = curve.filter((each) => each.pictures <= last.pictures / 2).at(-1);
    const gain = half ? Math.round((last.accuracy - half.accuracy) * 100) : null;
    setText(
      this.curveText,
      gain === null ? t("trust.curveShort") : gain >= 1 ? t("trust.curveHelps", { n: gain }) : t("trust.curveFlat"),
    );
    this.drawCurve();
  }

  drawCurve() {
    if (this.points?.length > 1) this.curve.replaceChildren(...drawCurve(this.points, this.curve.clientWidth));
    else this.curve.replaceChildren();
  }
}

function section(title, ...content) {
  return el("section", { class: "sheet" }, el("h3", { class: "sheet-title", text: title }), content);
}

/** A bar from 0 to 1 with its 95 % interval as a band. The words beside it say the same. */
class Gauge {
  constructor({ isSmall = false } = {}) {
    this.fill = el("span", { class: "fill" });
    this.band = el("span", { class: "band" });
    this.words = isSmall ? el("span", { class: "visually-hidden" }) : null;
    this.element = el(
      "div",
      { class: `gauge${isSmall ? " is-small" : ""}` },
      el("span", { class: "gauge-track", "aria-hidden": "true" }, this.fill, this.band),
      this.words,
    );
  }

  show(value, interval) {
    this.fill.style.inlineSize = `${value * 100}%`;
    show(this.band, Boolean(interval));
    if (!interval) return;
    this.band.style.insetInlineStart = `${interval[0] * 100}%`;
    this.band.style.inlineSize = `${(interval[1] - interval[0]) * 100}%`;
    if (this.words) setText(this.words, t("trust.between", { low: points(interval[0]), high: points(interval[1]) }));
  }
}

customElements.define("studio-trust", Trust);
