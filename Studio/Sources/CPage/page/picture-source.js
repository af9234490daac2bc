// The pictures of a choice, in pages of 200: what is needed is fetched, and fetched again when the project changes.
import { api } from "./api.js";
import { complain } from "./speech.js";

const size = 200;

export class PictureSource extends EventTarget {
  total = null;
  query = {};
  #pages = new Map();
  #asked = new Map();
  #generation = 0;

  choose(query) {
    this.query = query;
    this.total = null;
    this.#pages.clear();
    this.#forget();
    this.#fetch(0);
  }

  /** Fetches again what is known; the old pictures stay until the new ones are there. */
  refresh(first = 0, last = 0) {
    this.#forget();
    for (const page of this.#pages.keys())
      if ((page + 1) * size < first || page * size > last) this.#pages.delete(page);
    this.#fetch(Math.floor(first / size));
    if (Math.floor(last / size) !== Math.floor(first / size)) this.#fetch(Math.floor(last / size));
  }

  at(place) {
    return this.#pages.get(Math.floor(place / size))?.[place % size] ?? null;
  }

  /** Asks for the pictures from `first` to `last`, where they are not known yet. */
  want(first, last) {
    for (let page = Math.floor(first / size); page <= Math.floor(Math.max(first, last) / size); page++)
      if (!this.#pages.has(page)) this.#fetch(page);
  }

  /** The pictures from `first` to `last`, also those that were never on screen. */
  async range(first, last) {
    const known = new Map(this.#pages);
    const missing = [];
    for (let page = Math.floor(first / size); page <= Math.floor(last / size); page++)
      if (!known.has(page)) missing.push(page);
    try {
      for (let at = 0; at < missing.length; at += 4) {
        const some = missing.slice(at, at + 4);
        const answers = await Promise.all(
          some.map((page) => api.pictures({ ...this.query, offset: page * size, limit: size })),
        );
        some.forEach((page, place) => known.set(page, answers[place].pictures));
      }
    } catch (error) {
      complain(error);
      return [];
    }
    const found = [];
    for (let place = first; place <= last; place++) {
      const picture = known.get(Math.floor(place / size))?.[place % size];
      if (picture) found.push(picture);
    }
    return found;
  }

  #forget() {
    this.#generation += 1;
    this.#asked.clear();
  }

  #fetch(page) {
    if (this.#asked.has(page)) return this.#asked.get(page);
    const generation = this.#generation;
    const work = (async () => {
      try {
        const answer = await api.pictures({ ...this.query, offset: page * size, limit: size });
        if (generation !== this.#generation) return;
        this.#pages.set(page, answer.pictures);
        this.total = answer.total;
        this.dispatchEvent(new Event("change"));
      } catch (error) {
        if (generation === this.#generation) this.#asked.delete(page);
        complain(error);
      }
    })();
    this.#asked.set(page, work);
    return work;
  }
}
