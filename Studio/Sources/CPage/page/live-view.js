// The live view: the picture of the camera or of a file, the answer, and its bars.
import { camera } from "./camera.js";
import { button, el, icon, isTouch, reconcile, set, setText, show } from "./dom.js";
import { chooseFiles } from "./drop.js";
import { holdable } from "./hold.js";
import { live } from "./live.js";
import { announce } from "./speech.js";
import { store } from "./store.js";
import { percent, t } from "./strings.js";

const slots = 5;

class LiveView extends HTMLElement {
  #shown = new Map();
  #order = [];
  #textAt = 0;
  #frame = null;

  connectedCallback() {
    if (this.firstChild) return;
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("live.region"));
    set(camera.video, "aria-label", t("live.video"));
    this.still = el("img", { class: "still", alt: t("live.still"), hidden: true });
    this.badge = el("p", { class: "badge", hidden: true });
    this.empty = el("div", { class: "live-empty" });
    this.stage = el("div", { class: "stage" }, camera.video, this.still, this.empty, this.badge);
    this.tools = this.makeTools();
    this.verdict = el("p", { class: "verdict", dir: "auto" });
    this.verdictNote = el("p", { class: "quiet verdict-note", dir: "auto" });
    this.bars = el("ul", { class: "answers", "aria-label": t("live.answer") });
    this.figures = el("p", { class: "figures quiet" });
    this.wrong = el("p", { class: "quiet wrong" });
    this.verdictRow = el(
      "div",
      { class: "verdict-row" },
      el("div", null, this.verdict, this.verdictNote),
      this.figures,
    );
    this.append(this.stage, this.tools, el("div", { class: "answer" }, this.verdictRow, this.bars, this.wrong));
    camera.addEventListener("change", () => this.updateCamera());
    live.addEventListener("state", () => this.updateCamera());
    live.addEventListener("answer", () => this.updateAnswer());
    live.addEventListener("lesson", () => this.updateLesson());
    store.on("project", () => this.updateAnswer());
    camera.video.addEventListener("resize", () => this.fit());
    new ResizeObserver(() => this.fit()).observe(this.stage);
    this.updateCamera();
    this.updateAnswer();
  }

  makeTools() {
    this.pauseButton = button(t("live.pause"), {
      icon: "pause",
      iconOnly: true,
      onclick: () => live.pause(!live.isPaused),
    });
    this.mirrorButton = button(t("live.mirror"), {
      icon: "mirror",
      iconOnly: true,
      onclick: () => camera.mirror(!camera.isMirrored),
    });
    this.offButton = button(t("live.turnOff"), { icon: "noCamera", iconOnly: true, onclick: () => camera.stop() });
    this.choice = el("select", { "aria-label": t("live.camera"), onchange: () => camera.start(this.choice.value) });
    this.openButton = button(t("live.openPicture"), {
      icon: "upload",
      iconOnly: true,
      onclick: () => chooseFiles({ toLive: true }),
    });
    this.backButton = button(t("live.closePicture"), { icon: "close", onclick: () => live.closeStill() });
    return el(
      "div",
      { class: "tools" },
      this.backButton,
      this.pauseButton,
      this.mirrorButton,
      this.choice,
      el("span", { class: "space" }),
      this.openButton,
      this.offButton,
    );
  }

  updateCamera() {
    const isOn = camera.isOn && !live.still;
    show(camera.video, isOn);
    show(this.still, live.still?.isShown === true);
    if (live.still && this.still.src !== live.still.url) this.still.src = live.still.url;
    camera.video.classList.toggle("is-mirrored", camera.isMirrored);
    for (const element of [this.pauseButton, this.offButton, this.mirrorButton]) show(element, isOn);
    show(this.choice, isOn && camera.devices.length > 1);
    show(this.backButton, live.still !== null);
    setText(this.backButton.querySelector(".label"), t(camera.isOn ? "live.backToCamera" : "live.closePicture"));
    show(this.openButton, isOn || live.still !== null);
    set(this.mirrorButton, "aria-pressed", String(camera.isMirrored));
    const label = t(live.isPaused ? "live.resume" : "live.pause");
    set(this.pauseButton, "aria-label", label);
    set(this.pauseButton, "title", label);
    this.pauseButton.replaceChildren(icon(live.isPaused ? "play" : "pause"));
    reconcile(
      this.choice,
      camera.devices,
      (each) => each.deviceId,
      (each) => el("option", { value: each.deviceId }),
      (option, each) => setText(option, each.label || t("live.cameraName", { n: camera.devices.indexOf(each) + 1 })),
    );
    if (camera.deviceId) this.choice.value = camera.deviceId;
    show(this.empty, !isOn && !live.still?.isShown);
    this.updateEmpty();
    this.updateLesson();
    this.fit();
    this.updateAnswer();
  }

  /** What stands where no picture is: why, and what to do. */
  updateEmpty() {
    const { state } = camera;
    if (state === "on" && !live.still) return;
    const mark = `${state}${live.still?.name ?? ""}`;
    if (this.empty.dataset.state === mark) return;
    this.empty.dataset.state = mark;
    const hadFocus = this.empty.contains(document.activeElement);
    if (live.still)
      return this.empty.replaceChildren(
        icon("pictures"),
        el("p", { class: "title small", text: live.still.name, dir: "auto" }),
      );
    const canTry = ["off", "denied", "busy", "vanished", "absent"].includes(state);
    const start = canTry
      ? button(t(state === "off" ? "live.turnOn" : "common.tryAgain"), {
          kind: state === "off" ? "primary" : "plain",
          icon: "camera",
          onclick: () => camera.start(),
        })
      : null;
    const take =
      isTouch() && state !== "off"
        ? button(t("live.takePicture"), {
            kind: "primary",
            icon: "camera",
            onclick: () => chooseFiles({ toLive: true, capture: true }),
          })
        : null;
    const open = button(t("live.openPicture"), {
      icon: "upload",
      kind: "plain",
      onclick: () => chooseFiles({ toLive: true }),
    });
    this.empty.replaceChildren(
      icon(["off", "starting"].includes(state) ? "camera" : "noCamera"),
      el("p", { class: "title small", role: "heading", "aria-level": "2", text: t(`live.${state}`) }),
      ...(state === "starting"
        ? []
        : [
            el("p", { class: "quiet", text: t(`live.${state}Text`) }),
            el("div", { class: "row center wrap" }, take, state === "insecure" ? null : start, open),
          ]),
    );
    if (hadFocus) this.empty.querySelector("button")?.focus();
    if (!["off", "starting", "on"].includes(state)) announce(`${t(`live.${state}`)}. ${t(`live.${state}Text`)}`);
  }

  fit() {
    const { videoWidth, videoHeight } = camera.video;
    if (videoWidth && videoHeight && camera.isOn && !live.still)
      this.stage.style.setProperty("--ratio", String(Math.min(2, Math.max(0.75, videoWidth / videoHeight))));
    else this.stage.style.removeProperty("--ratio");
    const isCut = getComputedStyle(camera.video).objectFit === "cover" && this.stage.clientHeight > 0;
    camera.shownRatio = isCut ? this.stage.clientWidth / this.stage.clientHeight : null;
  }

  updateLesson() {
    const lesson = live.lesson;
    this.classList.toggle("is-learning", Boolean(lesson));
    show(this.badge, Boolean(lesson) || (live.isPaused && camera.isOn));
    if (lesson)
      setText(
        this.badge,
        `${t("live.learning", { name: store.name(lesson.class) })}${lesson.kept + lesson.waiting ? ` · ${lesson.kept + lesson.waiting}` : ""}`,
      );
    else if (live.isPaused) setText(this.badge, t("live.paused"));
  }

  updateAnswer() {
    const { answer, error } = live;
    const hasPicture = camera.isOn || live.still !== null;
    const classes = (answer?.classes ?? []).filter((each) => store.class(each.class));
    const best = classes[0];
    this.classList.toggle("is-unknown", Boolean(answer?.isUnknown && best));
    let [verdict, note] = ["", ""];
    if (error) [verdict, note] = [error.message, error.remedy ?? ""];
    else if (!hasPicture) verdict = "";
    else if (!answer) verdict = live.still ? t("live.stillReading") : t("live.waiting");
    else if (!best) verdict = t("live.nothing");
    else if (answer.isUnknown)
      [verdict, note] = [
        t("live.unknown"),
        t("live.unknownNearest", { name: store.class(best.class)?.name ?? best.name }),
      ];
    else {
      verdict = store.class(best.class)?.name ?? best.name;
      // With one class there is nothing else that it could say.
      if (store.classes.filter((each) => each.count > 0).length === 1) note = t("live.onlyClass");
    }
    setText(this.verdict, verdict);
    show(this.verdictRow, verdict !== "");
    setText(this.verdictNote, note);
    this.verdict.classList.toggle("is-message", Boolean(error) || !best);
    this.updateFigures(answer);
    this.arrange(classes);
    show(this.wrong, classes.length > 0 && hasPicture);
    setText(this.wrong, t(isTouch() ? "live.wrongTouch" : "live.wrong"));
    this.animate();
  }

  updateFigures(answer) {
    const now = performance.now();
    if (now - this.#textAt < 400 && answer) return;
    this.#textAt = now;
    setText(
      this.figures,
      answer
        ? [
            t("live.latency", { ms: Math.round(answer.roundTrip ?? answer.latency) }),
            live.rate ? t("live.rate", { n: Math.round(live.rate) }) : null,
          ]
            .filter(Boolean)
            .join(" · ")
        : "",
    );
  }

  /** A class keeps its row while it is among the best, so that bars grow and shrink but do not jump. */
  arrange(classes) {
    const scores = new Map(classes.map((each) => [each.class, each.score]));
    const isFew = store.classes.length <= slots;
    let order = isFew
      ? store.classes.filter((each) => scores.has(each.id)).map((each) => each.id)
      : this.#order.filter((id) => scores.has(id) && store.class(id));
    if (!isFew) for (const { class: id } of classes) if (!order.includes(id)) order.push(id);
    order = order.slice(0, slots);
    this.#order = order;
    for (const id of this.#shown.keys()) if (!order.includes(id)) this.#shown.delete(id);
    for (const id of order) {
      const shown = this.#shown.get(id) ?? { value: 0 };
      shown.target = scores.get(id);
      this.#shown.set(id, shown);
    }
    const best = live.answer?.isUnknown ? null : classes[0]?.class;
    reconcile(
      this.bars,
      order,
      (id) => id,
      (id) => this.makeRow(id),
      (row, id) => {
        const name = store.class(id)?.name ?? classes.find((each) => each.class === id)?.name;
        const digit = store.digit(id);
        row.classList.toggle("is-best", id === best);
        setText(row.parts.name, name);
        setText(row.parts.key, digit ?? "");
        row.parts.key.classList.toggle("is-blank", digit === null);
        set(row.parts.button, "aria-label", t("live.teachThis", { name }));
      },
    );
  }

  makeRow(id) {
    const parts = {
      key: el("kbd", { class: "key", "aria-hidden": "true" }),
      name: el("span", { class: "answer-name", dir: "auto" }),
      fill: el("span", { class: "fill" }),
      value: el("span", { class: "answer-value" }),
    };
    parts.button = el(
      "button",
      { type: "button", class: "answer-button" },
      parts.key,
      parts.name,
      el("span", { class: "bar" }, parts.fill),
      parts.value,
    );
    holdable(parts.button, { begin: () => live.beginLesson(id), end: () => live.endLesson(), tapsByTouch: true });
    const row = el("li", { class: "answer-row" }, parts.button);
    row.parts = parts;
    return row;
  }

  animate() {
    if (this.#frame !== null) return;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = () => {
      this.#frame = null;
      let isMoving = false;
      for (const row of this.bars.children) {
        const shown = this.#shown.get(Number(row.dataset.key));
        if (!shown) continue;
        const distance = shown.target - shown.value;
        shown.value = isStill || Math.abs(distance) < 0.004 ? shown.target : shown.value + distance * 0.22;
        isMoving ||= shown.value !== shown.target;
        row.parts.fill.style.inlineSize = `${shown.value * 100}%`;
        const now = performance.now();
        if (shown.value === shown.target || now - (shown.textAt ?? 0) > 200) {
          shown.textAt = now;
          setText(row.parts.value, percent(Math.round(shown.value * 100) / 100));
        }
      }
      if (isMoving) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  /** The answer in words, for a screen reader that asks for it. */
  say() {
    const { answer } = live;
    const best = answer?.classes?.[0];
    if (!best) return announce(this.verdict.textContent || t("live.waiting"));
    const name = store.class(best.class)?.name ?? best.name;
    announce(
      answer.isUnknown ? t("live.saysUnknown", { name }) : t("live.says", { name, percent: percent(best.score) }),
    );
  }
}

customElements.define("studio-live", LiveView);
