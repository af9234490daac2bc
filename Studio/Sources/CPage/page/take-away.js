// Taking it away: versions with their files, a comparison of two, the whole project, and lines of code that use the file.
import { api, download } from "./api.js";
import { openMenu } from "./dialogs.js";
import { button, el, icon, reconcile, setText, show } from "./dom.js";
import { undoable } from "./history.js";
import { complain, toast } from "./speech.js";
import { languages, snippet } from "./snippets.js";
import { store } from "./store.js";
import { bytes, date, percent, points, t } from "./strings.js";

class TakeAway extends HTMLElement {
  versions = [];

  connectedCallback() {
    if (this.firstChild) return;
    this.note = el("input", {
      type: "text",
      id: "version-note",
      maxlength: 200,
      autocomplete: "off",
      dir: "auto",
      placeholder: t("take.noteExample"),
    });
    this.make = el("button", { type: "submit", class: "button primary", text: t("take.make") });
    this.nothing = el("p", { class: "quiet", text: t("take.nothing") });
    this.form = el(
      "form",
      { class: "version-form", onsubmit: (event) => (event.preventDefault(), this.add()) },
      el("label", { for: "version-note", text: t("take.note") }),
      el("div", { class: "row" }, this.note, this.make),
    );
    this.list = el("ul", { class: "versions" });
    this.none = el("p", { class: "quiet", text: t("take.noneText") });
    this.folder = el("p", { class: "quiet", dir: "auto" });
    this.append(
      el("h2", { class: "visually-hidden", text: t("take.heading") }),
      el(
        "div",
        { class: "take" },
        el(
          "section",
          { class: "sheet" },
          el("h3", { class: "sheet-title", text: t("take.versions") }),
          el("p", { class: "quiet", text: t("take.intro") }),
          this.form,
          this.nothing,
          this.none,
          this.list,
        ),
        this.makeComparison(),
        this.makeCode(),
        el(
          "section",
          { class: "sheet" },
          el("h3", { class: "sheet-title", text: t("take.project") }),
          this.folder,
          el(
            "div",
            { class: "row wrap" },
            el(
              "a",
              { class: "button", href: download("/export/project.zip"), download: "" },
              icon("download"),
              el("span", { text: t("take.zip") }),
            ),
            el(
              "a",
              { class: "button", href: download("/export/report.html"), download: "" },
              icon("trust"),
              el("span", { text: t("take.report") }),
            ),
          ),
        ),
      ),
    );
    store.on("project", () => this.update());
    store.on("change", () => this.isOpen && this.refresh());
    this.update();
  }

  get isOpen() {
    return !this.closest("[hidden]");
  }

  opened() {
    this.update();
    this.refresh();
  }

  async refresh() {
    try {
      this.versions = (await api.versions()).versions;
      this.update();
    } catch (error) {
      complain(error);
    }
  }

  async add() {
    if (this.isMaking) return;
    this.isMaking = true;
    setText(this.make, t("take.making"));
    try {
      const { version } = await api.addVersion(this.note.value.trim());
      this.note.value = "";
      toast(t("take.made", { n: version.number }));
      await this.refresh();
    } catch (error) {
      complain(error);
    }
    this.isMaking = false;
    setText(this.make, t("take.make"));
    this.update();
  }

  update() {
    const { project } = store;
    if (!project) return;
    const hasPictures = store.classes.some((each) => each.count > 0);
    show(this.form, hasPictures);
    show(this.nothing, !hasPictures && this.versions.length === 0);
    show(this.none, hasPictures && this.versions.length === 0);
    setText(this.folder, t("take.projectText", { folder: project.folder }));
    reconcile(
      this.list,
      this.versions,
      (each) => each.number,
      (each) => this.makeVersion(each),
    );
    this.updateComparison();
    this.updateCode();
  }

  makeVersion(version) {
    const { number } = version;
    const files = `/versions/${number}`;
    const facts = [
      date(version.at),
      t("common.classes", { n: version.classes }),
      t("common.pictures", { n: version.pictures }),
      bytes(version.bytes),
    ];
    const accuracy =
      typeof version.accuracy === "number"
        ? t("take.accuracy", {
            percent: percent(version.accuracy),
            low: points(version.interval?.[0] ?? version.accuracy),
            high: points(version.interval?.[1] ?? version.accuracy),
          })
        : t("take.noAccuracy");
    const more = button(t("common.more", { name: t("take.number", { n: number }) }), {
      icon: "more",
      iconOnly: true,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => this.menu(more, number, files),
    });
    return el(
      "li",
      { class: "version" },
      el(
        "div",
        { class: "version-words" },
        el("h4", { text: t("take.number", { n: number }) }),
        version.note ? el("p", { text: version.note, dir: "auto" }) : null,
        el("p", { class: "quiet", text: [accuracy, ...facts].join(" · ") }),
      ),
      el(
        "a",
        {
          class: "button",
          href: download(`${files}/model.tflite`),
          download: "",
          "aria-label": `${t("take.model")}, ${t("take.number", { n: number })}`,
        },
        icon("download"),
        el("span", { text: t("take.model") }),
      ),
      more,
    );
  }

  menu(opener, number, files) {
    const zip = (what) => ({
      label: t(`take.${what}`),
      icon: "takeAway",
      href: download(`${files}/classifier.zip`, { for: what }),
    });
    openMenu(opener, t("take.others"), [
      ...["frigate", "coral", "mediapipe"].map(zip),
      { label: t("take.labels"), icon: "tag", href: download(`${files}/labels.txt`, { format: "plain" }) },
      { label: t("take.labelsIndexed"), icon: "tag", href: download(`${files}/labels.txt`, { format: "indexed" }) },
      ...(store.project?.compiles
        ? [{ label: t("take.edgetpu"), icon: "download", run: () => this.compile(number, files) }]
        : []),
      { label: t("take.restore"), icon: "history", run: () => this.restore(number) },
    ]);
  }

  /** Compiles the model of a version for the Edge TPU, which takes some seconds, and saves it. */
  async compile(number, files) {
    toast(t("take.compiling"));
    try {
      await api.compile(number);
      const link = el("a", { href: download(`${files}/model_edgetpu.tflite`), download: "", hidden: true });
      document.body.append(link);
      link.click();
      link.remove();
    } catch (error) {
      complain(error);
    }
  }

  async restore(number) {
    await undoable(
      () => api.restore(number),
      ({ missing }) =>
        missing ? t("take.restoredPartly", { n: missing, version: number }) : t("take.restored", { n: number }),
    );
  }

  // Comparing two versions

  makeComparison() {
    const side = (id, label) =>
      el(
        "div",
        { class: "field" },
        el("label", { for: id, text: label }),
        el("select", { id, onchange: () => this.compare() }),
      );
    const [from, to] = [side("compare-from", t("take.from")), side("compare-to", t("take.to"))];
    [this.from, this.to] = [from.lastElementChild, to.lastElementChild];
    this.difference = el("div", { class: "difference" });
    return (this.comparison = el(
      "section",
      { class: "sheet" },
      el("h3", { class: "sheet-title", text: t("take.compare") }),
      el("div", { class: "row wrap" }, from, to),
      this.difference,
    ));
  }

  updateComparison() {
    const isPossible = this.versions.length > 1;
    show(this.comparison, isPossible);
    if (!isPossible) return;
    const wasEmpty = this.from.options.length === 0;
    for (const select of [this.from, this.to])
      reconcile(
        select,
        this.versions,
        (each) => each.number,
        (each) =>
          el("option", {
            value: each.number,
            text: [t("take.number", { n: each.number }), each.note].filter(Boolean).join(": "),
          }),
      );
    const mark = this.versions[0].number;
    if (!wasEmpty && this.compared === mark) return;
    this.compared = mark;
    this.from.value = this.versions[1].number;
    this.to.value = this.versions[0].number;
    this.compare();
  }

  async compare() {
    try {
      const result = await api.compare(this.from.value, this.to.value);
      const facts = ["addedPictures", "removedPictures", "movedPictures"]
        .filter((key) => result[key] > 0)
        .map((key) => t(`take.${key}`, { n: result[key] }));
      for (const key of ["addedClasses", "removedClasses"])
        if (result[key].length) facts.push(t(`take.${key}`, { names: result[key].join(", ") }));
      const rows = result.classes.map((each) => {
        const [before, after] = [each.recallBefore ?? null, each.recallAfter ?? null];
        const change = before === null || after === null ? null : Math.round((after - before) * 100);
        const sign = change > 0 ? "+" : change < 0 ? "−" : "±";
        return el(
          "tr",
          null,
          el("th", { scope: "row", text: each.name, dir: "auto" }),
          el("td", { class: "number", text: before === null ? "–" : percent(before) }),
          el("td", { class: "number", text: after === null ? "–" : percent(after) }),
          el("td", {
            class: `number ${change > 0 ? "is-better" : change < 0 ? "is-worse" : ""}`,
            text: change === null ? "" : `${sign}${Math.abs(change)}`,
          }),
        );
      });
      this.difference.replaceChildren(
        el("p", { text: facts.length ? facts.join(" · ") : t("take.same"), dir: "auto" }),
        el(
          "div",
          { class: "scroll" },
          el(
            "table",
            { class: "class-table" },
            el("caption", { class: "visually-hidden", text: t("take.compare") }),
            el(
              "thead",
              null,
              el(
                "tr",
                null,
                [t("trust.class"), t("take.before"), t("take.after"), t("take.change")].map((text) =>
                  el("th", { scope: "col", text }),
                ),
              ),
            ),
            el("tbody", null, rows),
          ),
        ),
      );
    } catch (error) {
      complain(error);
    }
  }

  // Code

  makeCode() {
    this.language = "python";
    this.pre = el(
      "pre",
      { class: "code", dir: "ltr", tabindex: 0, role: "region", "aria-label": t("take.use") },
      el("code"),
    );
    this.choices = el(
      "div",
      { class: "segments", role: "radiogroup", "aria-label": t("take.language") },
      languages.map((each) =>
        el(
          "label",
          { class: "segment" },
          el("input", {
            type: "radio",
            name: "language",
            value: each,
            class: "visually-hidden",
            checked: each === this.language,
            onchange: () => ((this.language = each), this.updateCode()),
          }),
          el("span", { text: t(`take.${each}`) }),
        ),
      ),
    );
    this.copy = button(t("take.copy"), { icon: "copy", onclick: () => this.copyCode() });
    return el(
      "section",
      { class: "sheet" },
      el("div", { class: "row spread wrap" }, el("h3", { class: "sheet-title", text: t("take.use") }), this.choices),
      el("p", { class: "quiet", text: t("take.useText") }),
      el("div", { class: "code-box" }, this.pre, this.copy),
    );
  }

  updateCode() {
    // The server names the file after the project and the version.
    const number = this.versions[0]?.number ?? 1;
    setText(this.pre.firstElementChild, snippet(this.language, `${store.project?.name ?? "things"}-${number}.tflite`));
  }

  async copyCode() {
    await copy(this.pre.textContent);
    setText(this.copy.querySelector(".label"), t("take.copied"));
    clearTimeout(this.copying);
    this.copying = setTimeout(() => setText(this.copy.querySelector(".label"), t("take.copy")), 2500);
  }
}

/** Copies text, also on pages without TLS, where browsers have no clipboard. */
async function copy(text) {
  try {
    return await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { class: "visually-hidden", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

customElements.define("studio-take-away", TakeAway);
