#!/usr/bin/env python3
"""Draws the pictures that no model trains on, and writes their names."""

import argparse
import sys

from dvt import holdout
from dvt.data import Source
from dvt.errors import TrainingError


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", nargs="+", required=True)
    p.add_argument("--count", type=int, required=True)
    p.add_argument("--rule", choices=("stratified", "crc32"), default="stratified")
    p.add_argument("--seed", type=int, default=0, help="of the stratified rule")
    p.add_argument("--output", required=True)
    args = p.parse_args()
    try:
        names = Source(args.data).names
        drawn = holdout.stratified(names, args.count, args.seed) if args.rule == "stratified" else holdout.smallest_crc(names, args.count)
        holdout.write(drawn, args.output)
    except (TrainingError, OSError) as error:
        print(f"holdout: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
