// What the page knows of the project. The server is the truth: events say that it changed, and what is shown is fetched again.
import { api, listeners } from "./api.js";
import { sleep } from "./dom.js";

class Store extends EventTarget {
  project = null;
  estimate = null;
  /** What the server works on: null, or {what, done, total}. */
  work = null;
  /** "starting", "online", "gone" (trying again), or "denied" (the token is not valid any more). */
  connection = "starting";
  #events = null;
  #isRefreshing = false;
  #wantsRefresh = false;
  #isRecovering = false;

  on(name, listener) {
    this.addEventListener(name, listener);
    return () => this.removeEventListener(name, listener);
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  async start() {
    listeners.add((state) => this.#heard(state));
    await this.refresh();
    this.#listen();
    this.refreshEstimate();
    // A browser has six connections to a server: windows that nobody sees leave theirs to the others.
    let hiding = null;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(hiding);
      if (document.hidden) hiding = setTimeout(() => this.#events?.close(), 5000);
      else if (this.#events?.readyState === EventSource.CLOSED && this.connection === "online") {
        this.#listen();
        this.refresh();
        this.refreshEstimate();
      }
    });
  }

  get classes() {
    return this.project?.classes ?? [];
  }

  class(id) {
    return this.classes.find((each) => each.id === id) ?? null;
  }

  name(id) {
    return this.class(id)?.name ?? "?";
  }

  /** The digit that teaches each class: 1 to 9 in the order of the cards, 0 for `none`. */
  digit(id) {
    const chosen = this.class(id);
    if (!chosen) return null;
    if (chosen.isNone) return "0";
    const place = this.classes.filter((each) => !each.isNone).indexOf(chosen) + 1;
    return place >= 1 && place <= 9 ? String(place) : null;
  }

  forDigit(digit) {
    return this.classes.find((each) => this.digit(each.id) === digit) ?? null;
  }

  /** Takes what an answer says about the project, before the next refresh brings the rest. */
  apply(change) {
    if (!this.project || !change) return;
    if (change.revision !== undefined && change.revision < this.project.revision) return;
    if (change.revision !== undefined)
      Object.assign(this.project, { revision: change.revision, undo: change.undo ?? null, redo: change.redo ?? null });
    if (change.class) {
      const place = this.classes.findIndex((each) => each.id === change.class.id);
      if (place >= 0) this.project.classes[place] = change.class;
      else this.project.classes.push(change.class);
      ordered(this.project);
    }
    this.#emit("project");
  }

  /** Fetches the project again; calls while one fetch is under way become one more. */
  async refresh() {
    this.#wantsRefresh = true;
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    try {
      while (this.#wantsRefresh) {
        this.#wantsRefresh = false;
        const before = this.project?.revision;
        this.project = ordered(await api.project());
        this.#emit("project");
        if (before !== this.project.revision) this.#emit("change");
        if (this.#wantsRefresh) await sleep(250);
      }
    } catch (error) {
      if (error.code !== "unreachable" && error.status !== 401) this.#emit("failure", error);
    } finally {
      this.#isRefreshing = false;
    }
  }

  async refreshEstimate() {
    try {
      this.estimate = await api.estimate();
      this.#emit("estimate");
    } catch {
      // The connection tells of itself, and the next event asks again.
    }
  }

  #listen() {
    if (this.#events && this.#events.readyState !== EventSource.CLOSED) return;
    const events = (this.#events = api.events());
    events.addEventListener("change", () => this.refresh());
    events.addEventListener("estimate", () => {
      this.refreshEstimate();
      this.refresh();
    });
    events.addEventListener("progress", (event) => {
      const work = JSON.parse(event.data);
      this.work = work.total && work.done >= work.total ? null : work;
      this.#emit("work");
    });
    events.addEventListener("problem", () => this.refresh());
    events.onopen = () => this.#heard("online");
    events.onerror = () => this.#heard("gone");
  }

  #heard(state) {
    // A window that is locked out goes on once the new address was opened in another one.
    if (state === this.connection || (state === "gone" && this.connection === "denied")) return;
    const before = this.connection;
    this.connection = state;
    this.#emit("connection");
    if (state !== "online") this.#recover();
    if (state === "online" && before !== "starting") {
      this.#listen();
      this.refresh();
      this.refreshEstimate();
    }
  }

  async #recover() {
    if (this.#isRecovering) return;
    this.#isRecovering = true;
    for (let wait = 1000; this.connection !== "online"; wait = Math.min(wait * 1.6, 8000)) {
      await sleep(wait);
      if (this.connection !== "online") await api.project().catch(() => null);
    }
    this.#isRecovering = false;
  }
}

/** The classes in the order in which they were made, so that a digit stays with its class; `none` comes last. */
function ordered(project) {
  // What is nothing is left out of the server's answers.
  project.undo ??= null;
  project.redo ??= null;
  project.classes.sort((a, b) => Number(a.isNone) - Number(b.isNone) || a.id - b.id);
  return project;
}

export const store = new Store();
