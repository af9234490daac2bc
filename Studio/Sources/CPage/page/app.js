// The page: header, live view, the four parts, and what holds for all of them.
import "./classes.js";
import "./live-view.js";
import "./pictures.js";
import "./take-away.js";
import "./trust.js";
import "./upload-tray.js";
import { camera } from "./camera.js";
import { button, el, icon, set, setText, show } from "./dom.js";
import { acceptEverywhere } from "./drop.js";
import { openHistory, redo, undo } from "./history.js";
import { listenToKeys, openKeys } from "./keys.js";
import { live } from "./live.js";
import { announce, complain, speechElements, toast } from "./speech.js";
import { store } from "./store.js";
import { language, sentence, t } from "./strings.js";
import { uploads } from "./uploads.js";

const parts = [
  { id: "teach", element: "studio-classes" },
  { id: "trust", element: "studio-trust" },
  { id: "pictures", element: "studio-pictures" },
  { id: "takeAway", element: "studio-take-away" },
];

class App extends HTMLElement {
  connectedCallback() {
    document.documentElement.lang = language;
    this.live = el("studio-live");
    this.notices = el("section", { class: "notices", "aria-label": t("app.notices"), hidden: true });
    this.append(
      el("a", {
        class: "skip",
        href: "#panel-teach",
        text: t("app.skip"),
        onclick: (event) => (event.preventDefault(), this.tabs.get(this.current).focus()),
      }),
      this.makeHeader(),
      this.notices,
      el("main", { class: "work" }, this.live, this.makeParts()),
      el("studio-uploads"),
      ...speechElements,
    );
    acceptEverywhere(this.live);
    listenToKeys(this);
    store.on("project", () => this.update());
    store.on("estimate", () => this.update());
    store.on("work", () => this.updateWork());
    store.on("connection", () => this.updateConnection());
    store.on("failure", (event) => complain(event.detail));
    uploads.addEventListener("change", () => store.connection !== "online" && this.updateNotices());
    addEventListener("hashchange", () => this.open());
    addEventListener("beforeunload", (event) => uploads.waiting > 0 && event.preventDefault());
    this.open();
    this.begin();
  }

  async begin() {
    await store.start();
    live.start();
    if (await camera.isAllowed(() => camera.state === "denied" && camera.start())) camera.start();
  }

  makeHeader() {
    this.name = el("h1", { dir: "auto", text: t("app.loading"), class: "is-waiting" });
    this.work = el("p", { class: "status quiet" });
    this.undoButton = button(t("header.undo"), { icon: "undo", iconOnly: true, onclick: undo });
    this.redoButton = button(t("header.redo"), { icon: "redo", iconOnly: true, onclick: redo });
    return el(
      "header",
      { class: "header" },
      el("img", { src: "/page/icon.svg", alt: "", width: 30, height: 30 }),
      this.name,
      this.work,
      el("span", { class: "space" }),
      el(
        "div",
        { class: "row tight" },
        this.undoButton,
        this.redoButton,
        button(t("header.history"), { icon: "history", iconOnly: true, onclick: openHistory }),
        button(t("header.keys"), {
          icon: "keys",
          iconOnly: true,
          class: "button plain bare keys-button",
          onclick: openKeys,
        }),
      ),
    );
  }

  makeParts() {
    this.tabs = new Map();
    this.panels = new Map();
    for (const { id, element } of parts) {
      const badge = el("span", { class: "badge-count", hidden: true });
      const tab = el(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${id}`,
          "aria-controls": `panel-${id}`,
          class: "tab",
          onclick: () => (location.hash = `#${id}`),
        },
        icon(id),
        el("span", { text: t(`tab.${id}`) }),
        badge,
      );
      tab.badge = badge;
      this.tabs.set(id, tab);
      this.panels.set(
        id,
        el(
          "div",
          { role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}`, class: "panel", tabindex: -1 },
          el(element),
        ),
      );
    }
    const list = el("div", { class: "tabs", role: "tablist", "aria-label": t("tab.list") }, [...this.tabs.values()]);
    list.addEventListener("keydown", (event) => {
      const ids = parts.map((each) => each.id);
      const at = ids.indexOf(this.current);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: ids.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const id = ids[(to + ids.length) % ids.length];
      location.hash = `#${id}`;
      this.tabs.get(id).focus();
    });
    return el("div", { class: "parts" }, list, [...this.panels.values()]);
  }

  /** Opens the part that the address names: `#pictures?class=3`. */
  open() {
    const [wanted, query] = location.hash.slice(1).split("?");
    this.current = this.panels.has(wanted) ? wanted : "teach";
    this.dataset.part = this.current;
    for (const [id, panel] of this.panels) {
      const isOpen = id === this.current;
      show(panel, isOpen);
      const tab = this.tabs.get(id);
      set(tab, "aria-selected", String(isOpen));
      set(tab, "tabindex", isOpen ? 0 : -1);
    }
    this.panels.get(this.current).firstElementChild.opened?.(new URLSearchParams(query ?? ""));
  }

  update() {
    const { project } = store;
    if (!project) return;
    setText(this.name, project.name);
    this.name.classList.remove("is-waiting");
    set(this.name, "title", project.folder);
    document.title = t("app.title", { name: project.name });
    for (const [element, what, plain, full] of [
      [this.undoButton, project.undo, "header.undo", "header.undoWhat"],
      [this.redoButton, project.redo, "header.redo", "header.redoWhat"],
    ]) {
      const label = what ? t(full, { what }) : t(plain);
      // A disabled button would drop the focus of a person who undoes by keyboard.
      set(element, "aria-disabled", what ? null : "true");
      set(element, "aria-label", label);
      set(element, "title", label);
    }
    const suspects = store.estimate?.suspects ?? 0;
    const { badge } = this.tabs.get("trust");
    show(badge, suspects > 0);
    setText(badge, suspects ? String(suspects) : "");
    set(badge, "aria-label", suspects ? t("trust.suspectCount", { n: suspects }) : null);
    this.updateWork();
    this.updateNotices();
  }

  updateWork() {
    const { project, work, estimate } = store;
    if (work) setText(this.work, t("header.work", work));
    else if (project?.pending) setText(this.work, t("header.pending", { n: project.pending }));
    else if (estimate && !estimate.isCurrent) setText(this.work, t("header.estimating"));
    else setText(this.work, "");
    this.work.classList.toggle("is-busy", this.work.textContent !== "");
  }

  updateConnection() {
    const { connection } = store;
    this.dataset.connection = connection;
    if (connection === "online" && this.wasGone) {
      this.wasGone = false;
      toast(t("gone.back"));
    }
    if (connection === "gone") {
      this.wasGone = true;
      live.endLesson();
      announce(`${t("gone.title")}. ${t("gone.text")}`);
    }
    this.updateNotices();
  }

  /** What stands until it is gone: no server, a full disk, a folder that cannot be written. */
  updateNotices() {
    const list = [];
    const kept = uploads.waiting;
    if (store.connection === "gone")
      list.push({
        icon: "off",
        title: t("gone.title"),
        text: t("gone.text"),
        more: kept ? t("gone.kept", { n: kept }) : null,
      });
    if (store.connection === "denied")
      list.push({
        icon: "lock",
        title: t("denied.title"),
        text: t("denied.text"),
        more: kept ? t("denied.kept", { n: kept }) : null,
      });
    for (const problem of store.project?.problems ?? [])
      list.push({ icon: "warn", title: sentence(problem.message), text: sentence(problem.remedy) });
    const mark = JSON.stringify(list);
    if (this.notices.dataset.mark === mark) return;
    show(this.notices, list.length > 0);
    const fresh = list.filter((each) => !(this.notices.dataset.mark ?? "").includes(JSON.stringify(each.title)));
    this.notices.dataset.mark = mark;
    this.notices.replaceChildren(
      ...list.map((each) =>
        el(
          "div",
          { class: "notice" },
          icon(each.icon),
          el(
            "div",
            null,
            el("p", { class: "notice-title", text: each.title, dir: "auto" }),
            each.text ? el("p", { text: each.text, dir: "auto" }) : null,
            each.more ? el("p", { class: "strong", text: each.more }) : null,
          ),
        ),
      ),
    );
    for (const each of fresh) announce([each.title, each.text].filter(Boolean).join(" "));
  }
}

customElements.define("studio-app", App);
