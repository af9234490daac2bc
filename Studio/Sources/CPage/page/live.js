// The stream of frames: classify one after the other, teach while a button is held, never two requests at the same time.
import { api } from "./api.js";
import { camera, scaled } from "./camera.js";
import { sleep, token } from "./dom.js";
import { store } from "./store.js";
import { uploads } from "./uploads.js";

const teachEvery = 125;
const classifyEvery = 60;

class Live extends EventTarget {
  /** The last answer of the server, or null. */
  answer = null;
  /** A picture from a file that is shown in place of the camera: {url, blob}, or null. */
  still = null;
  isPaused = false;
  rate = 0;
  /** What is being taught: {class, batch, kept, passed, elsewhere, waiting, …}, or null. */
  lesson = null;
  #frozen = null;
  #times = [];
  #nextTeach = 0;
  #nextClassify = 0;
  #stillNeedsAnswer = false;
  #isRunning = false;

  start() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    document.addEventListener("visibilitychange", () => document.hidden && this.endLesson());
    window.addEventListener("blur", () => this.lesson && !this.lesson.isHandsFree && this.endLesson());
    camera.addEventListener("change", () => {
      if (!camera.isOn) {
        this.endLesson();
        this.rate = 0;
        if (!this.still) this.#setAnswer(null);
      }
    });
    store.on("connection", () => store.connection !== "online" && this.#setAnswer(null));
    // A picture from a file does not move, but what is taught does: its answer is asked for again.
    store.on("change", () => (this.#stillNeedsAnswer = this.still !== null || this.isPaused));
    this.#run();
  }

  get canTeach() {
    return this.still !== null || camera.isOn;
  }

  pause(isPaused) {
    if (!camera.isOn && isPaused) return;
    this.isPaused = isPaused;
    this.#frozen = null;
    if (isPaused) {
      camera.video.pause();
      this.#stillNeedsAnswer = true;
    } else camera.video.play().catch(() => null);
    this.#tell("state");
  }

  async open(file) {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
    // What the browser cannot show (HEIC, for one) goes to the server as it is.
    const blob = bitmap ? await scaled(bitmap, bitmap.width, bitmap.height) : file;
    this.closeStill();
    this.still = {
      url: URL.createObjectURL(bitmap ? blob : file),
      blob,
      name: file.name || "picture.jpg",
      file,
      isShown: bitmap !== null,
    };
    this.#setAnswer(null);
    this.#stillNeedsAnswer = true;
    this.#tell("state");
  }

  closeStill() {
    if (!this.still) return;
    URL.revokeObjectURL(this.still.url);
    this.still = null;
    this.#setAnswer(null);
    this.#tell("state");
  }

  /** Begins to teach the frames that come; the first one at once. */
  beginLesson(classId, { isHandsFree = false } = {}) {
    if (!this.canTeach) return false;
    if (this.lesson) this.endLesson();
    this.lesson = {
      class: classId,
      batch: token(),
      kept: 0,
      passed: 0,
      elsewhere: 0,
      waiting: 0,
      taken: 0,
      isHandsFree,
      isOver: false,
    };
    this.#nextTeach = 0;
    this.#tell("lesson");
    return true;
  }

  endLesson() {
    const lesson = this.lesson;
    if (!lesson || lesson.isOver) return;
    lesson.isOver = true;
    if (lesson.taken > 0 && !lesson.isSending) this.#close(lesson);
  }

  #close(lesson) {
    if (this.lesson === lesson) this.lesson = null;
    this.dispatchEvent(new CustomEvent("taught", { detail: lesson }));
    this.#tell("lesson");
  }

  async #run() {
    for (;;) {
      const now = performance.now();
      if (this.lesson && now >= this.#nextTeach) await this.#teach(this.lesson);
      else if (this.#wantsAnswer && now >= this.#nextClassify) await this.#classify();
      else await sleep(this.lesson ? Math.max(1, this.#nextTeach - now) : camera.isOn && !document.hidden ? 15 : 80);
    }
  }

  get #wantsAnswer() {
    if (document.hidden || store.connection !== "online") return false;
    if (this.still || this.isPaused) return this.#stillNeedsAnswer;
    return camera.isOn;
  }

  async #frame() {
    if (this.still) return this.still.blob;
    if (this.isPaused) return (this.#frozen ??= await camera.frame());
    return await camera.frame();
  }

  async #teach(lesson) {
    const frame = this.still ? this.still.file : await this.#frame();
    const isStill = this.still !== null || this.isPaused;
    this.#nextTeach = Math.max(performance.now(), this.#nextTeach + teachEvery);
    if (!frame) {
      if (lesson.isOver || !camera.isOn) this.#close(lesson);
      return;
    }
    lesson.taken += 1;
    lesson.isSending = true;
    const name = this.still
      ? this.still.name
      : `camera-${new Date().toISOString().replace(/[-:]/g, "").replace(".", "-")}.jpg`;
    const upload = {
      body: frame,
      name,
      origin: this.still ? "upload" : "camera",
      target: { class: lesson.class },
      batch: lesson.batch,
    };
    const result = await uploads.sendNow(upload);
    lesson.isSending = false;
    if (result.failed) lesson.failed = result.failed;
    else if (result.kept) lesson.kept += 1;
    else if (result.reason === "otherClass") lesson.elsewhere += 1;
    else if (result.reason === "waiting") lesson.waiting += 1;
    else lesson.passed += 1;
    this.#stillNeedsAnswer = true;
    this.#tell("lesson");
    if (isStill || lesson.failed) lesson.isOver = true;
    if (lesson.isOver) this.#close(lesson);
  }

  async #classify() {
    this.#nextClassify = performance.now() + classifyEvery;
    const still = this.still;
    this.#stillNeedsAnswer = false;
    const frame = await this.#frame();
    if (!frame) return await sleep(50);
    const began = performance.now();
    try {
      const answer = await api.classify(frame);
      if (still !== this.still || (!still && !camera.isOn)) return;
      const now = performance.now();
      this.#times = [...this.#times, now].filter((time) => now - time < 2000);
      this.rate = still || this.isPaused ? 0 : this.#times.length / 2;
      this.#setAnswer({ ...answer, roundTrip: now - began });
    } catch (error) {
      if (still === this.still) this.#setAnswer(null, error);
      this.#stillNeedsAnswer = error.code === "unreachable";
      await sleep(300);
    }
  }

  #setAnswer(answer, error = null) {
    this.answer = answer;
    this.error = error?.code === "unreachable" ? null : error;
    this.#tell("answer");
  }

  #tell(name) {
    this.dispatchEvent(new Event(name));
  }
}

export const live = new Live();
