// Ties the page together: models, the picture of the moment, the operating point, the load.
import { element, gflops, percent, showJourney, showVerdict } from "./journey.js";
import { showChart } from "./chart.js";
import { SampleRun } from "./run.js";

const STRIP = 24;
const byId = (id) => document.getElementById(id);
const state = { models: [], model: null, settings: [], at: 0, samples: [], picture: null, answer: null, seen: new Map() };
let sampleRun = null;
let asking = null;
let runTimer = 0;

function report(message) {
  const box = byId("problem");
  box.hidden = !message;
  box.textContent = message || "";
}

async function json(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json();
}

/** The model as a setting runs it: one that keeps fewer tokens has cheaper stages. */
const modelAt = (setting) => ({ ...state.model, stages: setting.stages || state.model.stages });

/** The slider's places, cheap ones first: operating points, or plain thresholds without a calibration. */
function settingsOf(model) {
  const exits = model.stages.length;
  const whole = model.stages[exits - 1].gflops;
  const never = { name: "no early exit", policy: "last", criterion: "confidence", thresholds: Array(exits - 1).fill(null), accuracy: null, gflops: whole };
  const points = model.points.map((p) => ({ ...p, policy: `point=${p.name}` }));
  if (exits === 1) return points.length > 0 ? points : [never];
  if (points.length > 0) return [...points, never];
  const plain = [];
  for (let step = 0; step < 20; step++) {
    const threshold = step / 20;
    plain.push({
      name: `confidence ≥ ${percent(threshold, 0)}`,
      policy: `confidence>=${Array(exits - 1).fill(threshold.toFixed(2)).join(",")}`,
      criterion: "confidence",
      thresholds: Array(exits - 1).fill(threshold),
      accuracy: null,
      gflops: null,
    });
  }
  return [...plain, never];
}

function chooseModel(index) {
  state.model = state.models[index];
  state.settings = settingsOf(state.model);
  state.seen = new Map();
  state.answer = null;
  const preset = state.settings.findIndex((s) => s.name === state.model.defaultPoint);
  const slider = byId("point");
  slider.max = Math.max(1, state.settings.length - 1);
  slider.disabled = state.settings.length === 1;
  byId("point-data").textContent = state.model.data
    ? `Calibrated ${state.model.data}.`
    : state.settings.length === 1
      ? "This model has one exit: nothing to choose."
      : "This model has no calibration: one threshold for all exits.";
  choosePoint(preset >= 0 ? preset : Math.min(16, state.settings.length - 1));
}

function choosePoint(index) {
  state.at = index;
  const setting = state.settings[index];
  const slider = byId("point");
  slider.value = index;
  byId("point-name").textContent = setting.name;
  const expected =
    setting.accuracy != null && setting.gflops != null
      ? `${percent(setting.accuracy)} right at ${gflops(setting.gflops)} GFLOPs`
      : null;
  slider.setAttribute("aria-valuetext", expected ? `${setting.name}, ${expected}` : setting.name);
  const rule = setting.thresholds.length === 0
    ? `Every picture costs ${gflops(setting.gflops)} GFLOPs.`
    : setting.thresholds.every((t) => t == null)
    ? "Every picture runs all stages."
    : `Leaves at ${setting.criterion} ${setting.criterion === "entropy" ? "≤" : "≥"} ` +
      setting.thresholds.map((t) => (t == null ? "never" : setting.criterion === "entropy" ? t.toFixed(2) : percent(t, 0))).join(", ") + ".";
  byId("point-text").replaceChildren(...(expected ? [element("b", {}, `Expected: ${expected}. `)] : []), rule);
  drawChart();
  drawPicture();
  clearTimeout(runTimer);
  runTimer = setTimeout(() => {
    ask();
    runSet();
  }, 220);
}

function drawChart() {
  showChart(byId("chart"), state.settings, state.at, state.seen, choosePoint);
}

function drawPicture() {
  showJourney(byId("journey"), modelAt(state.settings[state.at]), state.settings[state.at], state.picture && state.picture.bitmap, state.answer);
}

async function runSet() {
  if (state.samples.length === 0) return;
  const model = state.model;
  const at = state.at;
  const found = await sampleRun.run(model, state.settings[at].policy, report);
  if (found && model === state.model) {
    state.seen.set(at, found);
    drawChart();
  }
}

/** Takes a picture's bytes and asks where it leaves. */
async function choosePicture(blob, name, truth) {
  let bitmap = null;
  try {
    bitmap = await createImageBitmap(blob, { imageOrientation: "none" });
  } catch {
    // The browser cannot show it; the server says whether it can read it.
  }
  state.picture = { blob, bitmap, name, truth };
  state.answer = null;
  for (const thumb of byId("strip").children) thumb.setAttribute("aria-pressed", String(thumb.dataset.name === name));
  drawPicture();
  await ask();
}

async function chooseSample(sample) {
  try {
    const response = await fetch(`samples/${sample.id}`);
    if (!response.ok) throw new Error((await response.text()).trim());
    await choosePicture(await response.blob(), `sample ${sample.id}`, sample.label);
  } catch (failure) {
    report(failure.message);
  }
}

async function ask() {
  if (!state.picture) return;
  if (asking) asking.abort();
  const abort = (asking = new AbortController());
  const model = state.model;
  const query = new URLSearchParams({ model: model.name, version: model.version, policy: state.settings[state.at].policy });
  try {
    const response = await fetch(`api/classify?${query}`, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: state.picture.blob,
      signal: abort.signal,
    });
    if (!response.ok) throw new Error((await response.text()).trim());
    state.answer = await response.json();
    report("");
    drawPicture();
    showVerdict(byId("verdict"), model, state.answer, model.labels.includes(state.picture.truth) ? state.picture.truth : null);
  } catch (failure) {
    if (abort.signal.aborted) return;
    state.answer = null;
    drawPicture();
    byId("verdict").replaceChildren(element("p", { class: "hint" }, "No answer."));
    report(failure.message);
  }
}

function takeFiles(files) {
  if (files && files.length > 0) choosePicture(files[0], files[0].name, null);
}

const mebibytes = (bytes) => (bytes / 1048576).toFixed(bytes < 10485760 ? 1 : 0);

async function showLoad() {
  if (!document.hidden) {
    try {
      const load = await json("api/load");
      const share = Math.min(1, load.queueBytes / load.queueCapacityBytes);
      byId("load-fill").style.width = `${100 * share}%`;
      byId("load-text").textContent =
        `level ${load.level}, ` + (load.waitingImages > 0 ? `${load.waitingImages} waiting` : `${mebibytes(load.queueBytes)} of ${mebibytes(load.queueCapacityBytes)} MiB`);
    } catch {
      byId("load-text").textContent = "server not reached";
    }
  }
  setTimeout(showLoad, 1500);
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

function wire() {
  setTheme(localStorage.getItem("theme"));
  byId("theme").addEventListener("click", () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark" ||
      (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
    localStorage.setItem("theme", dark ? "light" : "dark");
    setTheme(dark ? "light" : "dark");
  });
  byId("model").addEventListener("change", (event) => chooseModel(Number(event.target.value)));
  byId("point").addEventListener("input", (event) => choosePoint(Math.min(Number(event.target.value), state.settings.length - 1)));
  byId("again").addEventListener("click", runSet);
  byId("file").addEventListener("change", (event) => takeFiles(event.target.files));
  const veil = byId("veil");
  addEventListener("dragover", (event) => {
    event.preventDefault();
    veil.classList.add("shown");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) veil.classList.remove("shown");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    veil.classList.remove("shown");
    takeFiles(event.dataTransfer.files);
  });
  addEventListener("paste", (event) => takeFiles(event.clipboardData.files));
  let width = 0;
  new ResizeObserver(([entry]) => {
    if (Math.abs(entry.contentRect.width - width) > 1 && state.model) {
      width = entry.contentRect.width;
      drawChart();
    }
  }).observe(byId("chart"));
}

async function start() {
  wire();
  showLoad();
  try {
    [state.models, state.samples] = await Promise.all([json("api/models"), json("api/samples")]);
  } catch (failure) {
    report(failure.message);
    return;
  }
  if (state.models.length === 0) {
    report("models: none is served (expected: at least one)");
    return;
  }
  byId("model").replaceChildren(...state.models.map((m, i) => element("option", { value: i }, `${m.name} / ${m.version}`)));
  byId("strip").replaceChildren(
    ...state.samples.slice(0, STRIP).map((sample) => {
      const thumb = element("button", { type: "button", class: "thumb", "aria-pressed": "false", "aria-label": `${sample.label}, sample ${sample.id + 1}` },
        element("img", { src: `samples/${sample.id}`, alt: "", width: "46", height: "46" }));
      thumb.dataset.name = `sample ${sample.id}`;
      thumb.addEventListener("click", () => chooseSample(sample));
      return thumb;
    }),
  );
  byId("set").hidden = state.samples.length === 0;
  byId("set-title").textContent = `All ${state.samples.length} sample pictures`;
  sampleRun = new SampleRun(state.samples, chooseSample);
  const wanted = decodeURIComponent(location.hash.slice(1));
  const named = state.models.findLastIndex((m) => wanted === m.name || wanted === `${m.name}/${m.version}`);
  const fitting = state.models.findLastIndex((m) => state.samples.some((sample) => m.labels.includes(sample.label)));
  const first = named >= 0 ? named : Math.max(0, fitting);
  byId("model").value = first;
  chooseModel(first);
  if (state.samples.length > 0) chooseSample(state.samples[0]);
}

start();
