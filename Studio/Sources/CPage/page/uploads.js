// Pictures on their way to the server: a few at a time, kept while the server is gone, tried again when they failed.
import { api } from "./api.js";
import { token } from "./dom.js";
import { store } from "./store.js";

const atOnce = 3;
const keptAtMost = 2000;

class Uploads extends EventTarget {
  /** {id, kind, name, body, target, origin, batch, state: "waiting" | "sending" | "failed", progress, error}; what is done is only counted. */
  items = [];
  counts = fresh();
  #active = 0;
  #nextID = 1;

  constructor() {
    super();
    store.on("connection", () => {
      if (store.connection === "online") this.#pump();
      this.#changed();
    });
  }

  get waiting() {
    return this.items.filter((item) => item.state !== "failed").length;
  }

  get failed() {
    return this.items.filter((item) => item.state === "failed");
  }

  /** Adds pictures: [{body, name, target: {class} | {className}}]. They are one step of undo. */
  addPictures(pictures, { origin = "upload", batch = token() } = {}) {
    if (this.waiting === 0 && this.failed.length === 0) this.counts = fresh();
    for (const picture of pictures) this.#enqueue({ kind: "picture", origin, batch, ...picture });
    this.counts.total += pictures.length;
    this.#changed();
    this.#pump();
  }

  addArchive(file) {
    if (this.waiting === 0 && this.failed.length === 0) this.counts = fresh();
    this.#enqueue({ kind: "archive", body: file, name: file.name, batch: token(), progress: 0 });
    this.counts.total += 1;
    this.#changed();
    this.#pump();
  }

  /** Sends one frame of the camera and waits for the answer. Where that fails, the frame is kept here. */
  async sendNow(picture) {
    const item = this.#item({ kind: "picture", ...picture });
    if (store.connection === "gone") return this.#keep(item);
    try {
      const answer = await this.#send(item);
      return { kept: answer.kept, reason: answer.reason };
    } catch (error) {
      if (error.code === "unreachable") return this.#keep(item);
      this.items.push({ ...item, state: "failed", error });
      this.counts.total += 1;
      this.#changed();
      return { failed: error };
    }
  }

  retry(item) {
    item.state = "waiting";
    item.error = null;
    this.#changed();
    this.#pump();
  }

  retryAll() {
    for (const item of this.failed) item.state = "waiting";
    this.#changed();
    this.#pump();
  }

  forgetFailed() {
    this.items = this.items.filter((item) => item.state !== "failed");
    if (this.items.length === 0) this.counts = fresh();
    this.#changed();
  }

  #item(values) {
    return { id: this.#nextID++, state: "waiting", error: null, ...values };
  }

  #enqueue(values) {
    this.items.push(this.#item(values));
  }

  #keep(item) {
    if (this.items.length >= keptAtMost) return { failed: { code: "unreachable" } };
    this.items.push(item);
    this.counts.total += 1;
    this.#changed();
    return { kept: false, reason: "waiting" };
  }

  #pump() {
    while (this.#active < atOnce && store.connection === "online") {
      const item = this.items.find((each) => each.state === "waiting");
      if (!item) return;
      this.#deliver(item);
    }
  }

  async #deliver(item) {
    item.state = "sending";
    this.#active += 1;
    try {
      const answer = await this.#send(item);
      this.#count(item, answer);
      this.items.splice(this.items.indexOf(item), 1);
    } catch (error) {
      if (error.code === "unreachable" || error.status === 401) item.state = "waiting";
      else Object.assign(item, { state: "failed", error });
    }
    this.#active -= 1;
    this.#changed();
    if (this.items.length === 0) this.dispatchEvent(new CustomEvent("finished", { detail: this.counts }));
    this.#pump();
  }

  async #send(item) {
    if (item.kind === "archive") {
      const answer = await api.addArchive(item.body, { batch: item.batch, name: item.name }, (share) => {
        item.progress = share;
        this.#changed();
      });
      store.apply(answer);
      store.refresh();
      return answer;
    }
    try {
      const answer = await api.addPicture(item.body, {
        ...item.target,
        name: item.name,
        origin: item.origin,
        batch: item.batch,
      });
      store.apply(answer);
      return answer;
    } catch (error) {
      // The same picture in another class is counted, like one that is there already; it is no failure.
      if (error.code === "otherClass") return { kept: false, reason: "otherClass" };
      throw error;
    }
  }

  #count(item, answer) {
    this.counts.done += 1;
    if (item.kind === "archive") {
      this.counts.kept += answer.kept;
      this.counts.passed += answer.passedOver;
      this.counts.skipped.push(...answer.skipped);
    } else if (answer.kept) this.counts.kept += 1;
    else if (answer.reason === "otherClass") this.counts.elsewhere += 1;
    else this.counts.passed += 1;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

const fresh = () => ({ total: 0, done: 0, kept: 0, passed: 0, elsewhere: 0, skipped: [] });

export const uploads = new Uploads();
