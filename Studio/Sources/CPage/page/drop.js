// Files from everywhere: dropped, pasted, chosen. Folders become classes; archives go to the server as they are.
import { classChoice, isDialogOpen, openDialog } from "./dialogs.js";
import { el, isWriting } from "./dom.js";
import { live } from "./live.js";
import { complain, toast } from "./speech.js";
import { store } from "./store.js";
import { t } from "./strings.js";
import { uploads } from "./uploads.js";

const isArchive = (file) => /\.(zip|tm)$/i.test(file.name);
const isPicture = (file) =>
  file.type.startsWith("image/") || /\.(jpe?g|png|webp|hei[cf]|avif|gif|bmp|tiff?|jxl|jp2)$/i.test(file.name);

/** Opens the browser's file dialog; on a phone with `capture`, its camera. */
export function chooseFiles({ target = null, folder = false, capture = false, toLive = false } = {}) {
  const input = el("input", {
    type: "file",
    hidden: true,
    "aria-hidden": "true",
    tabindex: -1,
    multiple: !capture && !toLive,
    accept: folder ? null : toLive || capture ? "image/*" : "image/*,.heic,.heif,.zip,.tm",
  });
  if (folder) input.webkitdirectory = true;
  if (capture) input.setAttribute("capture", "environment");
  input.addEventListener("change", () => {
    const files = [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
    input.remove();
    if (toLive && files[0]) live.open(files[0].file);
    else add(files, { target, origin: folder ? "folder" : "upload" });
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}

/** Adds what a drop or the clipboard holds. */
export async function addFiles(transfer, options = {}) {
  const files = await filesOf(transfer);
  const hasFolder = files.some((each) => each.path.includes("/"));
  add(files, { ...options, origin: hasFolder ? "folder" : "upload" });
}

async function filesOf(transfer) {
  const entries = [...(transfer.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ file, path: file.name }));
  return (await Promise.all(entries.map((entry) => walk(entry, "")))).flat();
}

async function walk(entry, folder) {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise((done) => entry.file(done, () => done(null)));
    return file ? [{ file, path }] : [];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done) => reader.readEntries(done, () => done([])));
    if (some.length === 0) break;
    for (const each of some) if (!each.name.startsWith(".")) found.push(...(await walk(each, `${path}/`)));
  }
  return found;
}

function add(files, { target = null, origin = "upload", toLive = false } = {}) {
  const archives = files.filter((each) => isArchive(each.file));
  const pictures = files.filter((each) => !isArchive(each.file) && isPicture(each.file));
  if (archives.length + pictures.length === 0) return files.length ? toast(t("drop.nothing")) : undefined;
  for (const each of archives) uploads.addArchive(each.file);
  const named = (each, to) => ({ body: each.file, name: each.file.name, target: to });
  const folderOf = (each) => each.path.split("/").at(-2);
  if (target)
    uploads.addPictures(
      pictures.map((each) => named(each, target)),
      { origin },
    );
  else {
    const loose = pictures.filter((each) => folderOf(each) === undefined);
    const inFolders = pictures.filter((each) => folderOf(each) !== undefined);
    if (inFolders.length)
      uploads.addPictures(
        inFolders.map((each) => named(each, { className: folderOf(each) })),
        { origin: "folder" },
      );
    if (loose.length === 1 && toLive) live.open(loose[0].file).catch(complain);
    else if (loose.length)
      ask(
        loose.map((each) => named(each, null)),
        origin,
      );
  }
}

function ask(pictures, origin) {
  const choice = classChoice(store.classes);
  openDialog({
    title: t("drop.which", { n: pictures.length }),
    content: choice.element,
    submit: t("drop.add"),
    onSubmit: () => {
      const target = choice.value();
      if (!target) return false;
      uploads.addPictures(
        pictures.map((each) => ({ ...each, target })),
        { origin },
      );
    },
  });
}

/** Makes the whole page take drops and pasted pictures. */
export function acceptEverywhere(liveElement) {
  const text = el("p", { class: "title", text: t("drop.anywhere") });
  const veil = el(
    "div",
    { class: "veil", "aria-hidden": "true", hidden: true },
    text,
    el("p", { text: t("drop.anywhereText") }),
  );
  document.body.append(veil);
  const hasFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  const isOnLive = (event) => liveElement.contains(event.target);
  let leaving = null;
  const hide = () => {
    veil.hidden = true;
    liveElement.classList.remove("is-target");
  };
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event) || isDialogOpen()) return;
    event.preventDefault();
    clearTimeout(leaving);
    leaving = setTimeout(hide, 250);
    const isOnCard = event.target.closest?.(".card") !== null;
    liveElement.classList.toggle("is-target", isOnLive(event));
    veil.hidden = isOnCard || isOnLive(event);
  });
  document.addEventListener("drop", (event) => {
    hide();
    if (!hasFiles(event) || event.defaultPrevented || isDialogOpen()) return;
    event.preventDefault();
    addFiles(event.dataTransfer, { toLive: isOnLive(event) });
  });
  document.addEventListener("paste", (event) => {
    if (isWriting(event) || isDialogOpen() || !event.clipboardData?.files.length) return;
    event.preventDefault();
    // On a phone the live view is part of "Teach".
    if (!liveElement.checkVisibility()) location.hash = "#teach";
    addFiles(event.clipboardData, { toLive: true });
  });
}
