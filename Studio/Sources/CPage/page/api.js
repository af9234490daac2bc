// Talking to the studio's server: one function a request, errors as sentences for a person.
import { sentence, t } from "./strings.js";

const base = "/api/v1";

/** The server understood the request and refused it. */
export class Refused extends Error {
  constructor(status, { code = "unknown", message, remedy = null } = {}) {
    super(message ? sentence(message) : t("error.unexpected", { status }));
    this.status = status;
    this.code = code;
    this.remedy = remedy ? sentence(remedy) : null;
  }
}

/** The server cannot be reached. */
export class Unreachable extends Error {
  constructor() {
    super(t("error.unreachable"));
    this.code = "unreachable";
    this.remedy = null;
  }
}

/** Told of what each request says about the server: "online", "gone" or "denied". */
export const listeners = new Set();
const tell = (state) => {
  for (const listener of listeners) listener(state);
};

export async function request(method, path, { query, json, body, signal } = {}) {
  let response;
  try {
    response = await fetch(address(path, query), {
      method,
      signal,
      cache: "no-store",
      credentials: "same-origin",
      headers: json === undefined ? undefined : { "Content-Type": "application/json" },
      body: json === undefined ? body : JSON.stringify(json),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    tell("gone");
    throw new Unreachable();
  }
  return await read(response.status, response.headers.get("Content-Type"), () => response.json());
}

/** Like `request`, but tells how much of the body was sent: for archives of gigabytes. */
export function send(path, { query, body, onProgress }) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", address(path, query));
    call.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    call.onerror = () => {
      tell("gone");
      reject(new Unreachable());
    };
    call.onload = () =>
      read(call.status, call.getResponseHeader("Content-Type"), async () => JSON.parse(call.responseText)).then(
        resolve,
        reject,
      );
    call.send(body);
  });
}

async function read(status, type, parse) {
  let value = null;
  if (type?.includes("json")) value = await parse().catch(() => null);
  if (status === 401) tell("denied");
  else tell("online");
  if (status >= 400) throw new Refused(status, value?.error);
  return value;
}

export function address(path, query) {
  const given = Object.entries(query ?? {}).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const parts = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return base + path + (parts.length ? `?${parts.join("&")}` : "");
}

const get = (path, query, signal) => request("GET", path, { query, signal });
const post = (path, json) => request("POST", path, { json });

export const api = {
  project: () => get("/project"),
  events: () => new EventSource(`${base}/events`),
  addClass: (name) => post("/classes", { name }),
  renameClass: (id, name, merge = false) => request("PATCH", `/classes/${id}`, { json: { name, merge } }),
  deleteClass: (id) => request("DELETE", `/classes/${id}`),
  addPicture: (body, query) => request("POST", "/pictures", { query, body }),
  addArchive: (body, query, onProgress) => send("/archives", { query, body, onProgress }),
  pictures: (query, signal) => get("/pictures", query, signal),
  move: (pictures, target) => post("/pictures/move", { pictures, ...target }),
  delete: (pictures) => post("/pictures/delete", { pictures }),
  confirm: (pictures) => post("/pictures/confirm", { pictures }),
  undo: () => post("/undo"),
  redo: () => post("/redo"),
  history: () => get("/history"),
  classify: (body, signal) => request("POST", "/classify", { query: { topK: 5 }, body, signal }),
  estimate: () => get("/estimate"),
  versions: () => get("/versions"),
  addVersion: (note) => post("/versions", { note }),
  compare: (from, to) => get(`/versions/${from}/compare/${to}`),
  compile: (number) => post(`/versions/${number}/edgetpu`),
  restore: (number) => post(`/versions/${number}/restore`),
};

export const thumbnail = (id) => `${base}/pictures/${id}/thumbnail`;
export const image = (id) => `${base}/pictures/${id}/image`;
export const download = (path, query) => address(path, query);
