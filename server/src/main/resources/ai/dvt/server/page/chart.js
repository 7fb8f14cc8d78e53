// Accuracy over cost: the calibration's operating points, and what the sample pictures showed.
import { gflops, percent } from "./journey.js";

function node(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text != null) made.textContent = text;
  return made;
}

/** Round steps of an axis. */
function ticks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(i * step);
  return { found, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

/**
 * Draws the trade.
 * settings: the slider's places {name, accuracy, gflops}; now: the index of the current one;
 * seen: Map of index -> {accuracy, gflops} measured on the sample pictures; choose(index).
 */
export function showChart(box, settings, now, seen, choose) {
  const expected = settings.map((s, index) => ({ ...s, index })).filter((s) => s.accuracy != null && s.gflops != null);
  const measured = [...seen.entries()].map(([index, s]) => ({ ...s, index })).filter((s) => s.accuracy != null);
  const all = [...expected, ...measured];
  if (all.length === 0) {
    box.replaceChildren();
    return;
  }
  const width = Math.max(260, box.clientWidth);
  const height = Math.round(Math.min(380, Math.max(230, width * 0.78)));
  const edge = { left: 52, right: 14, top: 26, bottom: 48 };
  const span = (values, least) => {
    const low = Math.min(...values);
    const high = Math.max(...values);
    const pad = Math.max((high - low) * 0.12, least);
    return [low - pad, high + pad];
  };
  const [x0, x1] = span([...all.map((p) => p.gflops), ...settings.map((s) => s.gflops).filter((g) => g != null)], 1e-6);
  const [y0, y1] = span(all.map((p) => p.accuracy), 0.004);
  const x = (value) => edge.left + ((value - x0) / (x1 - x0)) * (width - edge.left - edge.right);
  const y = (value) => height - edge.bottom - ((value - y0) / (y1 - y0)) * (height - edge.top - edge.bottom);
  const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": description(expected, measured, now) });

  const across = ticks(y0, y1, 5);
  for (const value of across.found) {
    svg.append(node("line", { class: "grid", x1: edge.left, x2: width - edge.right, y1: y(value), y2: y(value) }));
    svg.append(node("text", { x: edge.left - 8, y: y(value) + 4, "text-anchor": "end" }, percent(value, Math.max(0, across.digits - 2))));
  }
  const along = ticks(x0, x1, width < 360 ? 4 : 6);
  for (const value of along.found) {
    svg.append(node("text", { x: x(value), y: height - edge.bottom + 20, "text-anchor": "middle" }, value.toFixed(along.digits)));
  }
  svg.append(node("text", { x: width - edge.right, y: height - 4, "text-anchor": "end" }, "GFLOPs a picture"));
  svg.append(node("circle", { class: "dot", cx: edge.left + 4, cy: 10, r: 4 }), node("text", { class: "legend", x: edge.left + 14, y: 14 }, "calibration"));
  if (measured.length > 0) {
    svg.append(node("circle", { class: "seen current", cx: edge.left + 100, cy: 10, r: 4 }), node("text", { class: "legend", x: edge.left + 110, y: 14 }, "the sample pictures"));
  }

  if (expected.length > 1) {
    svg.append(node("polyline", { class: "curve", points: expected.map((p) => `${x(p.gflops)},${y(p.accuracy)}`).join(" ") }));
  }
  for (const point of expected) {
    const current = point.index === now;
    if (current) svg.append(node("circle", { class: "halo", cx: x(point.gflops), cy: y(point.accuracy), r: 15 }));
    const dot = node("circle", { class: current ? "now" : "dot", cx: x(point.gflops), cy: y(point.accuracy), r: current ? 8 : 5 });
    dot.append(node("title", {}, `${point.name}: ${percent(point.accuracy)} at ${gflops(point.gflops)} GFLOPs`));
    dot.addEventListener("click", () => choose(point.index));
    svg.append(dot);
  }
  for (const point of measured) {
    svg.append(node("circle", { class: `seen ${point.index === now ? "current" : ""}`, cx: x(point.gflops), cy: y(point.accuracy), r: 5 }));
  }
  box.replaceChildren(svg);
}

function description(expected, measured, now) {
  const told = (name, p) => `${name} ${percent(p.accuracy)} at ${gflops(p.gflops)} GFLOPs`;
  const current = expected.find((p) => p.index === now);
  const found = measured.find((p) => p.index === now);
  return [
    "Accuracy over cost.",
    current ? told("Calibration:", current) + "." : "",
    found ? told("Sample pictures:", found) + "." : "",
  ].join(" ").trim();
}
