// The sample pictures: each moves to the exit where it left, the totals follow.
import { element, gflops, percent } from "./journey.js";

const byId = (id) => document.getElementById(id);

export class SampleRun {
  #samples;
  #buttons;
  #abort = null;

  /** pick(sample) is called when a picture is clicked. */
  constructor(samples, pick) {
    this.#samples = samples;
    this.#buttons = samples.map((sample) => {
      // Mouse only: by keyboard the same pictures are in the strip above.
      const button = element("button", { type: "button", tabindex: "-1", title: `${sample.label} ${sample.name}` },
        element("img", { src: `samples/${sample.id}`, alt: "", width: "30", height: "30" }));
      button.addEventListener("click", () => pick(sample));
      return button;
    });
  }

  /** Runs all pictures; returns {accuracy, gflops}, or null if another run took over. */
  async run(model, policy, report) {
    if (this.#abort) this.#abort.abort();
    const abort = (this.#abort = new AbortController());
    const labelled = new Set(model.labels);
    const known = this.#samples.filter((sample) => labelled.has(sample.label)).length;
    const lanes = this.#lanes(model);
    const total = { told: 0, judged: 0, right: 0, gflops: 0, failed: 0, exits: model.stages.map(() => ({ count: 0, judged: 0, right: 0 })) };
    const query = new URLSearchParams({ model: model.name, version: model.version, policy });
    const show = () => this.#show(model, lanes, total, known);
    try {
      const response = await fetch(`api/run?${query}`, { method: "POST", signal: abort.signal });
      if (!response.ok) throw new Error((await response.text()).trim());
      let end = null;
      for await (const line of lines(response.body)) {
        if (line.seconds != null) {
          end = line;
          continue;
        }
        this.#place(line, lanes, total, labelled);
        if (total.told % 8 === 0) show();
      }
      if (!end) throw new Error("run: the answer was cut short (expected: a whole run)");
      show();
      byId("tile-rate").textContent = (end.pictures / end.seconds).toFixed(0);
      byId("tile-rate-sub").textContent = `${end.pictures} in ${end.seconds.toFixed(2)} s` + (total.failed ? `, ${total.failed} failed` : "");
      const answered = total.told - total.failed;
      const found = { accuracy: known > 0 ? total.right / known : null, gflops: answered > 0 ? total.gflops / answered : null };
      byId("set-said").textContent =
        (found.accuracy == null ? "" : `${percent(found.accuracy)} right, `) + `${gflops(found.gflops || 0)} GFLOPs a picture.`;
      return answered > 0 ? found : null;
    } catch (failure) {
      if (abort.signal.aborted) return null;
      report(failure.message);
      return null;
    }
  }

  #lanes(model) {
    byId("tile-rate").textContent = "…";
    byId("tile-rate-sub").textContent = "";
    const shares = byId("shares");
    shares.replaceChildren(...model.stages.map((stage, i) => element("i", { class: `exit-${(i % 4) + 1}` })));
    const box = byId("lanes");
    box.style.setProperty("--exits", Math.min(4, model.stages.length));
    const lanes = model.stages.map((stage, i) => {
      const said = element("span");
      const crowd = element("div", { class: "crowd", "aria-hidden": "true" });
      const lane = element("div", { class: `lane exit-${(i % 4) + 1}` },
        element("p", { class: "lane-head" }, `Exit ${i + 1} · ${stage.rows} × ${stage.columns}`, said), crowd);
      return { lane, said, crowd, share: shares.children[i] };
    });
    box.replaceChildren(...lanes.map((lane) => lane.lane));
    return lanes;
  }

  #place(line, lanes, total, labelled) {
    const known = labelled.has(this.#samples[line.sample].label);
    total.told++;
    total.judged += known;
    if (line.error != null) {
      total.failed++;
      return;
    }
    const sample = this.#samples[line.sample];
    const wrong = known && sample.label !== line.label;
    const exit = total.exits[line.exit - 1];
    exit.count++;
    exit.judged += known;
    total.gflops += line.gflops;
    if (known && !wrong) {
      total.right++;
      exit.right++;
    }
    const button = this.#buttons[line.sample];
    button.className = wrong ? "wrong" : "";
    button.title = `${line.label} ${percent(line.confidence)}` + (wrong ? `, it is ${sample.label}` : "");
    lanes[line.exit - 1].crowd.append(button);
  }

  #show(model, lanes, total, known) {
    const answered = Math.max(1, total.told - total.failed);
    const whole = model.stages[model.stages.length - 1].gflops;
    const cost = total.gflops / answered;
    byId("tile-right").textContent = known > 0 ? percent(total.right / Math.max(1, total.judged)) : "–";
    byId("tile-right-sub").textContent = known > 0 ? `${total.right} of ${total.judged}` : "no labels of this model";
    byId("tile-cost").textContent = gflops(cost);
    byId("tile-cost-sub").textContent = `${percent(1 - cost / whole, 0)} saved, all stages ${gflops(whole)}`;
    lanes.forEach((lane, i) => {
      const exit = total.exits[i];
      lane.share.style.flexGrow = exit.count;
      lane.said.textContent = `${percent(exit.count / answered)} of the pictures` + (exit.judged > 0 ? `, ${percent(exit.right / exit.judged, 0)} right` : "");
    });
    byId("shares").setAttribute("aria-label",
      "Share of each exit: " + total.exits.map((exit, i) => `exit ${i + 1} ${percent(exit.count / answered, 0)}`).join(", "));
  }
}

async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts) yield JSON.parse(part);
  }
}
