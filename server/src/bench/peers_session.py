"""The model of peers.py in ONNX Runtime, the same for every peer."""

import pathlib

import onnxruntime


def session(folder, threads):
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.inter_op_num_threads = 1
    (graph,) = sorted(pathlib.Path(folder).glob("stage-1-*.cpu.onnx"))
    return onnxruntime.InferenceSession(str(graph), settings, providers=["CPUExecutionProvider"])
