// One picture, large, with what is known of it.
import { image, thumbnail } from "./api.js";
import { openDialog } from "./dialogs.js";
import { button, el, set, setText, sleep } from "./dom.js";
import { store } from "./store.js";
import { date, percent, t } from "./strings.js";

export function openViewer(source, first, { onMove, onDelete, onClose }) {
  let place = first;
  const picture = el("img", { class: "viewer-picture" });
  const facts = el("p", { class: "quiet", dir: "auto" });
  const suspect = el("p", { dir: "auto" });
  const where = el("span", { class: "quiet" });
  const step = async (by) => {
    const next = place + by;
    if (next < 0 || next >= (source.total ?? 0)) return;
    source.want(next, next);
    for (let tries = 0; tries < 50 && !source.at(next); tries++) await sleep(60);
    if (!source.at(next)) return;
    place = next;
    update();
  };
  const update = () => {
    const now = source.at(place);
    if (!now) return dialog.close();
    const name = store.name(now.class);
    setText(dialog.querySelector("h2"), `${name}`);
    picture.onerror = () => ((picture.onerror = null), (picture.src = thumbnail(now.id)));
    picture.src = image(now.id);
    set(picture, "alt", t("pictures.option", { name: now.name, class: name }));
    setText(
      facts,
      [
        now.name,
        t(`origin.${now.origin}`),
        t("viewer.added", { date: date(now.added) }),
        now.likeCount ? t("pictures.alikeBadge", { n: now.likeCount }) : null,
        now.message,
      ]
        .filter(Boolean)
        .join(" · "),
    );
    setText(
      suspect,
      now.looksLike
        ? t("trust.suspectText", {
            label: name,
            other: store.name(now.looksLike.class),
            percent: percent(now.looksLike.probability),
          })
        : "",
    );
    setText(where, t("viewer.place", { n: place + 1, total: source.total }));
  };
  const content = [
    el("div", { class: "viewer-stage" }, picture),
    suspect,
    facts,
    el(
      "div",
      { class: "row wrap viewer-actions" },
      button(t("viewer.previous"), { icon: "previous", iconOnly: true, onclick: () => step(-1) }),
      where,
      button(t("viewer.next"), { icon: "next", iconOnly: true, onclick: () => step(1) }),
      el("span", { class: "space" }),
      button(t("pictures.move"), { icon: "move", onclick: () => onMove([source.at(place).id]) }),
      button(t("pictures.delete"), { icon: "trash", onclick: () => onDelete([source.at(place).id]) }),
    ),
  ];
  const dialog = openDialog({
    title: t("viewer.title"),
    content,
    wide: true,
    onClose: () => (source.removeEventListener("change", update), onClose(place)),
  });
  dialog.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) step(by);
    else if (event.key === "Delete") onDelete([source.at(place).id]);
    else return;
    event.preventDefault();
  });
  source.addEventListener("change", update);
  update();
}
