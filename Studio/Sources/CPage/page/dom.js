// Making elements without markup in strings: all text is set as text, so names of files and people cannot become code.

export function el(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) set(element, name, value);
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

export function set(element, name, value) {
  if (name.startsWith("on") && typeof value === "function") element.addEventListener(name.slice(2), value);
  else if (name === "text") setText(element, value);
  else if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : value);
}

/** Sets the text only where it differs, so that selections and screen readers are not disturbed. */
export function setText(element, text) {
  const value = String(text ?? "");
  if (element.textContent !== value) element.textContent = value;
}

export function show(element, isShown) {
  if (element.hidden === isShown) element.hidden = !isShown;
}

/** Makes the children that have a key equal to `items`, and keeps the element of each key that stays. Children without a key follow. */
export function reconcile(parent, items, keyOf, make, update) {
  const keys = new Set(items.map((item) => String(keyOf(item))));
  const old = new Map();
  for (const child of [...parent.children]) {
    if (child.dataset.key === undefined) continue;
    if (keys.has(child.dataset.key)) old.set(child.dataset.key, child);
    else child.remove();
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = old.get(key);
    if (!child) {
      child = make(item);
      child.dataset.key = key;
    }
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
    update?.(child, item);
  }
}

const shapes = {
  undo: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  redo: "m15 14 5-5-5-5M20 9H10a6 6 0 0 0 0 12h3",
  history: "M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 2",
  keys: "M3 7.5A1.5 1.5 0 0 1 4.5 6h15A1.5 1.5 0 0 1 21 7.500v9a1.5 1.5 0 0 1-1.5 1.500h-15A1.5 1.5 0 0 1 3 16.500zM7 10h.01M11 10h.01M15 10h.01M17.5 10h.01M8 14h8",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  plus: "M12 5v14M5 12h14",
  close: "m6 6 12 12M18 6 6 18",
  check: "m5 12.5 4.5 4.500L19 7",
  camera:
    "M4 8.500A1.5 1.5 0 0 1 5.5 7H8l1.5-2h5L16 7h2.500A1.5 1.5 0 0 1 20 8.500v9a1.5 1.5 0 0 1-1.5 1.500h-13A1.5 1.5 0 0 1 4 17.500zM12 16a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.500z",
  noCamera:
    "M4 4l16 16M8.5 7 9.5 5h5L16 7h2.500A1.5 1.5 0 0 1 20 8.500v8M17 19H5.500A1.5 1.5 0 0 1 4 17.500v-9A1.5 1.5 0 0 1 5 7.1",
  pause: "M9 6v12M15 6v12",
  play: "M8 5.500v13l10-6.500z",
  mirror: "M12 4v16M8.5 8 4 17h4.500zM15.5 8 20 17h-4.500z",
  upload: "M12 16V5M7.5 9.5 12 5l4.5 4.500M5 16v2.500A1.5 1.5 0 0 0 6.5 20h11a1.5 1.5 0 0 0 1.5-1.500V16",
  download: "M12 5v11M7.5 11.5 12 16l4.5-4.500M5 19.500h14",
  search: "M11 17.500a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM20 20l-4.3-4.3",
  trash: "M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7M10 11v5M14 11v5",
  move: "M4 7.500A1.5 1.5 0 0 1 5.5 6H9l2 2.500h7.500A1.5 1.5 0 0 1 20 10v7.500a1.5 1.5 0 0 1-1.5 1.500h-13A1.5 1.5 0 0 1 4 17.500zM9 13.500h6M12.5 11l2.5 2.5-2.5 2.5",
  warn: "M12 4.5 3.5 19h17zM12 10v4M12 16.500h.01",
  off: "M4 4l16 16M8.5 16.200a5 5 0 0 1 6 0M5 12.600a10 10 0 0 1 4.5-2.500M19 12.600a10 10 0 0 0-5-2.700M12 19.500h.01",
  copy: "M9 9.500A1.5 1.5 0 0 1 10.5 8h7A1.5 1.5 0 0 1 19 9.500v8a1.5 1.5 0 0 1-1.5 1.500h-7A1.5 1.5 0 0 1 9 17.500zM15 8V6.500A1.5 1.5 0 0 0 13.5 5h-7A1.5 1.5 0 0 0 5 6.500v8A1.5 1.5 0 0 0 6.5 16H9",
  tag: "M4 5.500A1.5 1.5 0 0 1 5.5 4h6l8.5 8.5-7.5 7.500L4 11.500zM8.5 8.500h.01",
  teach: "M5 20v-9a7 7 0 0 1 14 0v9M9 21V11a3 3 0 0 1 6 0v6M12 21v-9.5",
  trust: "M4 19h16M6.5 16v-4M11 16V8M15.5 16V5M19 16v-7",
  pictures: "M4 5.500h7v6H4zM13 5.500h7v6h-7zM4 13.500h7v6H4zM13 13.500h7v6h-7z",
  takeAway: "M4 8.5 12 4l8 4.500v7L12 20l-8-4.500zM4.5 8.8 12 13l7.5-4.200M12 13v6.5",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v8.500h-13z",
  next: "m9 5 7 7-7 7",
  previous: "m15 5-7 7 7 7",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24",
    class: `icon icon-${name}`,
    "aria-hidden": "true",
    focusable: "false",
  }))
    svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", shapes[name] ?? "");
  svg.append(path);
  return svg;
}

/** A button with an icon; `label` is its name, shown as text unless `iconOnly`. */
export function button(label, { icon: name, iconOnly = false, kind = "plain", ...properties } = {}) {
  const isBare = iconOnly && name;
  return el(
    "button",
    {
      type: "button",
      class: `button ${kind}${isBare ? " bare" : ""}`,
      "aria-label": isBare ? label : null,
      title: isBare ? label : null,
      ...properties,
    },
    name ? icon(name) : null,
    isBare ? null : el("span", { class: "label", text: label }),
  );
}

/** Is the person writing, so that single keys are letters and not commands? */
export function isWriting(event) {
  const target = event.composedPath?.()[0] ?? event.target;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches(
        "input:not([type=checkbox]):not([type=radio]):not([type=range]):not([type=file]), textarea, select",
      ))
  );
}

export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** A token that is unlikely to be used twice. `randomUUID` is missing on pages without TLS, so it is not used. */
export const token = () =>
  [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(36).padStart(2, "0")).join("");

export const isTouch = () => matchMedia("(hover: none) and (pointer: coarse)").matches;

/** Remembers a choice of this browser; works without storage too. */
export const memory = {
  get(key, otherwise) {
    try {
      const value = localStorage.getItem(`imprint.${key}`);
      return value === null ? otherwise : JSON.parse(value);
    } catch {
      return otherwise;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(`imprint.${key}`, JSON.stringify(value));
    } catch {
      // Private windows have no storage. The choice holds until the page is closed.
    }
  },
};
