"""Runs ONNX Runtime's own transformer optimizer over a model.

usage: python3 ort_optimize.py IN.onnx OUT.onnx --heads 6 --width 384 [--model-type vit]

Needs onnxruntime and onnx (pip). Prints how many nodes of each fused kind it made.
"""
import argparse
import collections

from onnxruntime.transformers import optimizer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--heads", type=int, required=True)
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--model-type", default="vit")
    args = parser.parse_args()
    optimized = optimizer.optimize_model(
        args.model, args.model_type, num_heads=args.heads, hidden_size=args.width, opt_level=0
    )
    optimized.save_model_to_file(args.out)
    counts = collections.Counter(node.op_type for node in optimized.model.graph.node)
    print(args.model_type, dict(counts))


if __name__ == "__main__":
    main()
