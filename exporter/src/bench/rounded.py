"""How far a model's logits move when its products see operands rounded to TF32 or bfloat16, on the CPU.

usage: rounded.py MODEL_DIR/VERSION...     needs onnx, onnxruntime and numpy

Both operands of every MatMul, Gemm and Conv of the portable graphs are rounded; sums stay float32, as a tensor core's are.
Pictures: those of the self-test. The largest error is what the server compares with the self-test's tolerance.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

BITS = {"tf32": 11, "bfloat16": 8}  # significant ones, the leading one included


def rounded(graph, bits):
    """Puts Veltkamp's splitting in front of every product: c = (2^(24-bits) + 1) x, rounded x = c - (c - x)."""
    factor = np.array(2.0 ** (24 - bits) + 1, np.float32)
    graph.initializer.append(numpy_helper.from_array(factor, "veltkamp"))
    nodes, known = [], {}

    def split(name):
        if name not in known:
            c, rest, high = (f"{name}.{part}" for part in ("c", "rest", "high"))
            nodes.append(helper.make_node("Mul", [name, "veltkamp"], [c]))
            nodes.append(helper.make_node("Sub", [c, name], [rest]))
            nodes.append(helper.make_node("Sub", [c, rest], [high]))
            known[name] = high
        return known[name]

    for node in list(graph.node):
        if node.op_type in ("MatMul", "Gemm", "Conv"):
            node.input[0], node.input[1] = split(node.input[0]), split(node.input[1])
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)


def logits(folder, manifest, bits=None):
    """Of every exit, [pictures, classes]."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # it would undo the splitting
    pictures = np.load(folder / manifest["self_test"]["input"]["path"])
    variant = next(v for v in manifest["variants"] if v["flavour"] == "FLAVOUR_PORTABLE")
    found, handed = [], {}
    for number, stage in enumerate(variant["stages"], 1):
        model = onnx.load(str(folder / stage["graph"]["path"]))
        if bits:
            rounded(model.graph, bits)
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        feed = {stage["image_input"]: pictures}
        for spec in stage.get("handover", []):
            feed[spec["input"]] = handed[spec["from_stage"], spec["output"]]
        outputs = dict(zip([o.name for o in session.get_outputs()], session.run(None, feed)))
        handed.update({(number, name): value for name, value in outputs.items()})
        found.append(outputs[stage["logits_output"]])
    return found


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for folder in map(Path, sys.argv[1:]):
        manifest = json.loads((folder / "manifest.json").read_text())
        exact = logits(folder, manifest)
        for name, bits in BITS.items():
            errors = [float(abs(a - b).max()) for a, b in zip(exact, logits(folder, manifest, bits))]
            print(
                f"{manifest['model']}, {name}: largest error {', '.join(f'{e:.4f}' for e in errors)}"
                f" (self-test: {manifest['self_test']['tolerance']})"
            )


if __name__ == "__main__":
    main()
