// The stages a picture went through: the picture under each stage's token grid, what each exit said.

export const percent = (value, digits = 1) => `${(100 * value).toFixed(digits)}\u00a0%`;
export const gflops = (value) => (value < 0.0995 ? value.toFixed(3) : value < 10 ? value.toFixed(2) : value.toFixed(1));
export const millis = (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0)) + "\u00a0ms";

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

const REASONS = {
  confident: "sure enough",
  final: "the last exit always answers",
  stop_at: "asked to stop here",
  cost: "the next stage would cost too much",
  budget: "the budget is spent",
  deadline: "no time for the next stage",
  load: "the server is busy",
};

/** What the criterion looks at, on a scale from 0 to 1, and whether it is enough. */
function measure(criterion, exit, classes) {
  if (criterion === "entropy") {
    const most = Math.log(Math.max(2, classes));
    return {
      at: (value) => Math.min(1, value / most),
      value: exit && exit.entropy,
      text: (value) => `${value.toFixed(2)}\u00a0nats`,
      sign: ["≤", ">"],
      name: "entropy",
    };
  }
  const margin = criterion === "margin";
  return {
    at: (value) => Math.min(1, value),
    value: exit && (margin ? exit.margin : exit.confidence),
    text: (value) => percent(value),
    sign: ["≥", "<"],
    name: margin ? "margin" : "confidence",
  };
}

/** Draws the part of the picture that the model looks at, with a stage's grid on it. */
function draw(canvas, picture, stage, input) {
  const side = 480;
  canvas.width = side;
  canvas.height = Math.round((side * input.height) / input.width);
  const pen = canvas.getContext("2d");
  if (picture) {
    const [x, y, width, height] = seen(picture, input);
    pen.imageSmoothingEnabled = Math.min(picture.width, picture.height) >= 128;
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture, x, y, width, height, 0, 0, canvas.width, canvas.height);
  }
  for (const [colour, thickness] of [["rgba(0,0,0,.35)", 4], ["rgba(255,255,255,.85)", 1.6]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = thickness;
    pen.beginPath();
    for (let column = 1; column < stage.columns; column++) {
      const at = (canvas.width * column) / stage.columns;
      pen.moveTo(at, 0);
      pen.lineTo(at, canvas.height);
    }
    for (let row = 1; row < stage.rows; row++) {
      const at = (canvas.height * row) / stage.rows;
      pen.moveTo(0, at);
      pen.lineTo(canvas.width, at);
    }
    pen.stroke();
  }
}

/** The rectangle of the picture that becomes the model's input. */
function seen(picture, input) {
  if (input.resize !== "shorter_side") return [0, 0, picture.width, picture.height];
  const scale = input.resizeSide / Math.min(picture.width, picture.height);
  const width = Math.min(picture.width, input.width / scale);
  const height = Math.min(picture.height, input.height / scale);
  return [(picture.width - width) / 2, (picture.height - height) / 2, width, height];
}

/**
 * Shows the cascade, with a picture and its answer where there are some.
 * `setting` is {criterion, thresholds}: one threshold per exit but the last, null where nobody leaves.
 */
export function showJourney(list, model, setting, picture, answer) {
  list.replaceChildren(
    ...model.stages.map((stage, index) => {
      const number = index + 1;
      const last = number === model.stages.length;
      const exit = answer && answer.exits.find((e) => e.exit === number);
      const left = answer && answer.exit === number;
      const threshold = last ? null : setting.thresholds[index];
      const canvas = element("canvas", { "aria-hidden": "true" });
      draw(canvas, picture, stage, model.input);
      const state = !answer ? "" : left ? "left ran" : exit ? "ran" : "unused";
      const scale = measure(setting.criterion, exit, model.classes);
      const fill = element("i");
      if (exit) fill.style.width = `${100 * scale.at(scale.value)}%`;
      const mark = element("b");
      if (threshold != null) mark.style.left = `${100 * scale.at(threshold)}%`;
      const badge = !answer ? `Exit ${number}` : left ? `Left at exit ${number}` : exit ? "Went on" : "Not run";
      const item = element(
        "li",
        { class: `stage exit-${((number - 1) % 4) + 1} ${state}` },
        element("div", { class: "frame" }, canvas, element("span", { class: "badge" }, badge)),
        element("p", { class: "stage-name" }, `${stage.rows} × ${stage.columns} tokens`, element("span", {}, `${gflops(stage.gflops)} GFLOPs`)),
        element("div", { class: "meter", "aria-hidden": "true" }, fill, threshold == null ? null : mark),
        said(exit, left, last, threshold, scale, answer),
      );
      item.style.setProperty("--grow", 3 + Math.min(index, 3));
      return item;
    }),
  );
}

function said(exit, left, last, threshold, scale, answer) {
  const text = element("p", { class: "stage-said" });
  const rule = last ? "always answers" : threshold == null ? "nobody leaves here" : `leaves at ${scale.name} ${scale.sign[0]} ${scale.text(threshold)}`;
  if (!exit) {
    text.append(answer ? "not needed" : rule);
    return text;
  }
  text.append(element("strong", {}, scale.text(scale.value)));
  if (left) {
    text.append(answer.reason === "confident" ? ` ${scale.sign[0]} ${scale.text(threshold)}: sure enough` : `: ${REASONS[answer.reason] || answer.reason}`);
  } else {
    text.append(threshold == null ? ": nobody leaves here" : ` ${scale.sign[1]} ${scale.text(threshold)}: more tokens`);
  }
  text.append(element("br"), `${millis(exit.computeMillis)} computing` + (exit.queueMillis >= 0.05 ? `, ${millis(exit.queueMillis)} waiting` : ""));
  return text;
}

/** The answer in words. `truth` is the sample's label, if it is one of the model's. */
export function showVerdict(box, model, answer, truth) {
  const best = answer.labels[0];
  const whole = model.stages[model.stages.length - 1].gflops;
  const time = answer.exits.reduce((sum, exit) => sum + exit.queueMillis + exit.computeMillis, 0);
  const saved = 1 - answer.gflops / whole;
  const fact = (value, name) => element("p", { class: "fact" }, element("b", {}, value), name);
  const others = answer.labels.slice(1).map((l) => `${l.name} ${percent(l.confidence)}`).join(", ");
  box.replaceChildren(
    element(
      "div",
      { class: "said" },
      element(
        "p",
        { class: "label" },
        best.name,
        element("small", {}, `${percent(best.confidence)} sure`),
        truth == null ? null : element("small", { class: `truth ${truth === best.name ? "right" : "wrong"}` }, truth === best.name ? "✓ right" : `✗ it is ${truth}`),
      ),
      others ? element("p", { class: "others" }, `or ${others}`) : null,
    ),
    element(
      "div",
      { class: "facts" },
      fact(`exit ${answer.exit} of ${model.stages.length}`, REASONS[answer.reason] || answer.reason),
      fact(`${gflops(answer.gflops)} GFLOPs`, saved > 0.0005 ? `${percent(saved, 0)} saved` : "the whole cascade"),
      fact(millis(time), "in the server"),
    ),
  );
}
