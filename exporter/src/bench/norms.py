#!/usr/bin/env python3
"""Which LayerNorm is the faster one in the installed ONNX Runtime: its own SkipLayerNormalization,
which the `cpu` flavour has, or Add and the standard LayerNormalization of `portable`?

Microseconds an image on one thread, DeiT-S's shape in batches of 8. Look again with every version
of ONNX Runtime before the server moves to it. Needs onnx, onnxruntime and NumPy.

usage: python3 norms.py [--rounds 41]
"""
import argparse
import statistics
import time

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

BATCH, TOKENS, WIDTH = 8, 197, 384
FORMS = {
    "SkipLayerNormalization": [
        helper.make_node("SkipLayerNormalization", ["x", "residual", "scale", "shift"], ["normed", "", "", "sum"], domain="com.microsoft", epsilon=1e-6)
    ],
    "Add + LayerNormalization": [
        helper.make_node("Add", ["x", "residual"], ["sum"]),
        helper.make_node("LayerNormalization", ["sum", "scale", "shift"], ["normed"], axis=-1, epsilon=1e-6),
    ],
}


def session(nodes, weights):
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [BATCH, TOKENS, WIDTH])
    graph = helper.make_graph(nodes, "norm", [value("x"), value("residual")], [value("normed"), value("sum")], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)])
    model.ir_version = 8
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=41)
    rounds = parser.parse_args().rounds
    rng = np.random.default_rng(0)
    weights = [numpy_helper.from_array(rng.random(WIDTH, dtype=np.float32), name) for name in ("scale", "shift")]
    sessions = {name: session(nodes, weights) for name, nodes in FORMS.items()}
    feed = {name: rng.standard_normal((BATCH, TOKENS, WIDTH), dtype=np.float32) for name in ("x", "residual")}
    first, second = (one.run(None, feed) for one in sessions.values())
    assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(first, second)), "the forms differ"
    seconds = {name: [] for name in sessions}
    for _ in range(rounds):
        for name, one in sessions.items():
            started = time.thread_time()
            one.run(None, feed)
            seconds[name].append(time.thread_time() - started)
    print("onnxruntime", onnxruntime.__version__)
    for name, times in seconds.items():
        print(f"{name:25} {1e6 * statistics.median(times) / BATCH:6.0f} us an image")


if __name__ == "__main__":
    main()
