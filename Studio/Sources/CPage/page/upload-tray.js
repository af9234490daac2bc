// Pictures on their way: how many are done, what could not be added and why.
import { button, el, reconcile, set, setText, show } from "./dom.js";
import { toast } from "./speech.js";
import { store } from "./store.js";
import { percent, t } from "./strings.js";
import { uploads } from "./uploads.js";

const failuresShown = 50;

class UploadTray extends HTMLElement {
  connectedCallback() {
    this.heading = el("h2", { class: "tray-title" });
    this.fill = el("span", { class: "fill" });
    this.bar = el(
      "div",
      { class: "bar", role: "progressbar", "aria-label": t("upload.region"), "aria-valuemin": 0, "aria-valuemax": 100 },
      this.fill,
    );
    this.summary = el("p", { class: "quiet" });
    this.list = el("ul", { class: "failures" });
    this.retryAll = button(t("upload.retryAll"), { onclick: () => uploads.retryAll() });
    this.forget = button(t("upload.forget"), { kind: "text", onclick: () => uploads.forgetFailed() });
    this.actions = el("div", { class: "row" }, this.retryAll, this.forget);
    this.box = el(
      "section",
      { class: "tray", "aria-label": t("upload.region"), hidden: true },
      this.heading,
      this.bar,
      this.summary,
      this.list,
      this.actions,
    );
    this.append(this.box);
    let isPlanned = false;
    uploads.addEventListener("change", () => {
      if (isPlanned) return;
      isPlanned = true;
      setTimeout(() => ((isPlanned = false), this.update()), 100);
    });
    uploads.addEventListener("finished", (event) => this.finished(event.detail));
  }

  update() {
    const { items, counts, failed } = uploads;
    show(this.box, items.length > 0);
    if (items.length === 0) return;
    const waiting = items.length - failed.length;
    const isGone = store.connection === "gone";
    const done = counts.total - items.length;
    setText(
      this.heading,
      waiting === 0
        ? t("upload.failed", { n: failed.length })
        : isGone
          ? t("upload.waiting", { n: waiting })
          : t("upload.title", { done, total: counts.total }),
    );
    const sending = items.filter((item) => item.kind === "archive" && item.state === "sending");
    const share = counts.total
      ? (done + sending.reduce((sum, item) => sum + item.progress * 0.9, 0)) / counts.total
      : 0;
    this.fill.style.inlineSize = `${share * 100}%`;
    set(this.bar, "aria-valuenow", Math.round(share * 100));
    show(this.bar, waiting > 0);
    const archive = sending[0];
    setText(
      this.summary,
      [
        archive
          ? archive.progress < 1
            ? t("upload.sending", { name: archive.name, percent: percent(archive.progress) })
            : t("upload.unpacking", { name: archive.name })
          : null,
        ...words(counts),
      ]
        .filter(Boolean)
        .join(" · "),
    );
    show(this.list, failed.length > 0);
    reconcile(
      this.list,
      failed.slice(0, failuresShown),
      (item) => item.id,
      (item) =>
        el(
          "li",
          null,
          el(
            "div",
            null,
            el("p", { class: "strong", text: item.origin === "camera" ? t("upload.frame") : item.name, dir: "auto" }),
            el("p", { class: "quiet", dir: "auto" }),
          ),
          button(t("common.tryAgain"), {
            kind: "text",
            "aria-label": t("upload.retry", { name: item.name }),
            onclick: () => uploads.retry(item),
          }),
        ),
      (row, item) =>
        setText(row.querySelector(".quiet"), [item.error?.message, item.error?.remedy].filter(Boolean).join(" ")),
    );
    show(this.actions, failed.length > 0);
  }

  finished(counts) {
    this.update();
    if (counts.done === 0) return;
    const skipped = counts.skipped.length ? t("upload.notUnderstood", { n: counts.skipped.length }) : null;
    toast(t("upload.done", { n: counts.kept }), {
      detail: [...words({ ...counts, kept: 0 }), skipped].filter(Boolean).join(" · ") || null,
    });
  }
}

function words({ kept, passed, elsewhere }) {
  return [
    kept ? t("upload.kept", { n: kept }) : null,
    passed ? t("upload.passed", { n: passed }) : null,
    elsewhere ? t("upload.other", { n: elsewhere }) : null,
  ].filter(Boolean);
}

customElements.define("studio-uploads", UploadTray);
