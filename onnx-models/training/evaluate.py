#!/usr/bin/env python3
"""Accuracy of every exit of a finished model, and its exit records for NumPy."""

import argparse
import sys

import numpy as np
import torch

from dvt import holdout
from dvt.checkpoint import open_release
from dvt.data import Source, fit
from dvt.errors import TrainingError
from dvt.evaluate import accuracy_of, logits_of


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("checkpoint", help="a model.pth.tar of this recipe")
    p.add_argument("--data", nargs="+", required=True)
    p.add_argument("--split", default="test", help="[test]")
    p.add_argument("--names", metavar="FILE", help="only the pictures of this list, e.g. holdout/cifar10.txt with --split train")
    p.add_argument("--records", metavar="FILE.npz", help="write names [n], labels [n], logits [exits, n, classes], gflops [exits]")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = p.parse_args()
    try:
        model, facts = open_release(args.checkpoint)
        source = Source(args.data, args.split)
        names = sorted(holdout.read(args.names)) if args.names else source.names
        pictures = source.decode(names, fit(facts["image_size"], facts["resize"]), facts["classes"])
        logits = logits_of(model.to(args.device), pictures, facts["mean"], facts["std"])
        costs = model.geometry.gflops()
        for number, (accuracy, cost) in enumerate(zip(accuracy_of(logits, pictures.labels), costs), 1):
            print(f"exit {number}: {accuracy:.2%} of {len(pictures)} pictures at {cost:.4f} GFLOPs")
        if args.records:
            np.savez_compressed(args.records, names=pictures.names, labels=pictures.labels.numpy(), logits=logits.numpy(), gflops=costs)
    except (TrainingError, OSError, KeyError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
