// The curve of accuracy against pictures, drawn as SVG, with a table that says the same.
import { el } from "./dom.js";
import { percent, t } from "./strings.js";

const height = 220;
const inset = { start: 52, end: 20, top: 14, bottom: 44 };

export function drawCurve(points, width) {
  if (width < 120) return [];
  const last = points.at(-1);
  const lowest = Math.min(...points.map((each) => each.accuracy));
  const floor = Math.max(0, Math.floor(lowest * 5 - 0.5) / 5);
  const x = (pictures) =>
    inset.start +
    ((width - inset.start - inset.end) * (pictures - points[0].pictures)) /
      Math.max(1, last.pictures - points[0].pictures);
  const y = (accuracy) => inset.top + (height - inset.top - inset.bottom) * (1 - (accuracy - floor) / (1 - floor));
  const marks = [floor, (1 + floor) / 2, 1];
  const svg = shape("svg", {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    "aria-hidden": "true",
    class: "curve-picture",
  });
  for (const mark of marks) {
    svg.append(shape("line", { x1: inset.start, x2: width - inset.end, y1: y(mark), y2: y(mark), class: "rule" }));
    svg.append(words(percent(mark), { x: inset.start - 10, y: y(mark) + 4, "text-anchor": "end" }));
  }
  let free = -Infinity;
  for (const each of [...points].reverse()) {
    if (Math.abs(free - x(each.pictures)) < 36 && free !== -Infinity) continue;
    free = x(each.pictures);
    svg.append(words(String(each.pictures), { x: free, y: height - inset.bottom + 20, "text-anchor": "middle" }));
  }
  svg.append(words(t("trust.curveX"), { x: width - inset.end, y: height - 6, "text-anchor": "end" }));
  const path = points
    .map((each, place) => `${place ? "L" : "M"}${x(each.pictures).toFixed(1)} ${y(each.accuracy).toFixed(1)}`)
    .join("");
  svg.append(
    shape("path", {
      d: `${path}L${x(last.pictures).toFixed(1)} ${y(floor)}L${x(points[0].pictures)} ${y(floor)}Z`,
      class: "area",
    }),
    shape("path", { d: path, class: "line" }),
  );
  for (const each of points)
    svg.append(shape("circle", { cx: x(each.pictures), cy: y(each.accuracy), r: each === last ? 5 : 3, class: "dot" }));
  const table = el(
    "table",
    { class: "visually-hidden" },
    el("caption", { text: t("trust.curve") }),
    el(
      "thead",
      null,
      el(
        "tr",
        null,
        el("th", { scope: "col", text: t("trust.curveX") }),
        el("th", { scope: "col", text: t("trust.curveY") }),
      ),
    ),
    el(
      "tbody",
      null,
      points.map((each) =>
        el("tr", null, el("th", { scope: "row", text: each.pictures }), el("td", { text: percent(each.accuracy) })),
      ),
    ),
  );
  return [svg, table];
}

function shape(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function words(text, attributes) {
  const element = shape("text", attributes);
  element.textContent = text;
  return element;
}
