// Undo and redo of everything, and the list of what was done.
import { api } from "./api.js";
import { openDialog } from "./dialogs.js";
import { button, el } from "./dom.js";
import { complain, toast } from "./speech.js";
import { store } from "./store.js";
import { date, t } from "./strings.js";

let isBusy = false;

async function step(run, said) {
  if (isBusy) return false;
  isBusy = true;
  try {
    const answer = await run();
    store.apply(answer);
    await store.refresh();
    if (said) toast(t(said, { what: answer.done }));
    return true;
  } catch (error) {
    complain(error);
    return false;
  } finally {
    isBusy = false;
  }
}

export const undo = () => store.project?.undo && step(api.undo, "history.undid");
export const redo = () => store.project?.redo && step(api.redo, "history.redid");

/** Runs a change, says what happened, and offers to take it back. Returns the answer, or null where it failed. */
export async function undoable(run, text) {
  try {
    const answer = await run();
    store.apply(answer);
    store.refresh();
    const box = toast(typeof text === "function" ? text(answer) : text, { label: t("header.undo"), action: undo });
    // Once something else was done, undo would take back that.
    const stop = store.on("project", () => {
      // What was asked for before this change may answer after it.
      if (store.project.revision < answer.revision) return;
      if (box.isConnected && store.project.undo === (answer.undo ?? null)) return;
      box.querySelector(".button")?.remove();
      stop();
    });
    return answer;
  } catch (error) {
    complain(error);
    return null;
  }
}

export async function openHistory() {
  const list = el("ol", { class: "history" });
  const fill = async () => {
    const { steps } = await api.history();
    const firstDone = steps.findIndex((each) => !each.isUndone);
    const doneFrom = firstDone < 0 ? steps.length : firstDone;
    list.replaceChildren(
      ...steps.map((each, place) =>
        el(
          "li",
          { class: each.isUndone ? "is-undone" : "" },
          el(
            "div",
            null,
            el("p", { text: each.title, dir: "auto" }),
            el("p", {
              class: "quiet",
              text: each.isUndone ? `${date(each.at)} · ${t("history.undone")}` : date(each.at),
            }),
          ),
          button(each.isUndone ? t("history.forward") : t("history.back"), {
            kind: "text",
            onclick: async () => {
              const times = each.isUndone ? doneFrom - place : place - doneFrom + 1;
              for (let time = 0; time < times; time++) if (!(await step(each.isUndone ? api.redo : api.undo))) break;
              await fill();
            },
          }),
        ),
      ),
    );
    if (steps.length === 0) list.replaceChildren(el("li", { class: "quiet", text: t("history.none") }));
  };
  openDialog({ title: t("history.title"), content: list });
  await fill().catch(complain);
}
