#!/usr/bin/env python3
"""Trains a zoo, one model after another, all with the same number of epochs; the same command goes on where it stopped.

With --minutes the number of epochs is measured: a few steps of each model tell how many fit in that time for all.
Some begin as another model of their zoo and take a share of the epochs: a DynamicViT is tuned from the baseline in a
quarter of them, and cifar10-grown adds its finest grid, slow to train, for the last third.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

import train
from dvt.checkpoint import load
from dvt.errors import TrainingError

SIZE = ["--width", "192", "--depth", "9", "--heads", "3", "--mlp-ratio", "2"]
CASCADE = ["--grids", "4", "8", "16", *SIZE]
GROWN = ["--image-size", "32", "--depth", "9", "--crop", "shift", "--operations", "0"]
DYNAMIC = ["--architecture", "dynamicvit", "--keep-rate", "0.7"]
ZOOS = {
    "cifar10": {
        "dvt-deit-cifar10": CASCADE,
        "deit-cifar10": ["--grids", "16", *SIZE],
        "deit-cifar10-8x8": ["--grids", "8", *SIZE],
        "dynamicvit-cifar10": DYNAMIC,
    },
    "cifar10-ablations": {
        "both": CASCADE,
        "features": [*CASCADE, "--reuse", "features"],
        "relations": [*CASCADE, "--reuse", "relations"],
        "none": [*CASCADE, "--reuse", "none"],
        "adaptive-depth": ["--grids", "16", *SIZE, "--exit-layers", "3", "6"],
    },
    "cifar10-grown": {  # with --from a DeiT-tiny, where there is no time to begin at random weights
        "coarse-cascade": ["--grids", "4", "8", *GROWN],
        "coarse-vit": ["--grids", "8", *GROWN],
        "dvt-deit-cifar10": ["--grids", "4", "8", "16", *GROWN],
        "deit-cifar10": ["--grids", "16", *GROWN],
        "deit-cifar10-8x8": ["--grids", "8", *GROWN],
        "dynamicvit-cifar10": DYNAMIC,
    },
    "cifar10-grown-ablations": {  # the same
        "both": ["--grids", "4", "8", *GROWN],
        "features": ["--grids", "4", "8", *GROWN, "--reuse", "features"],
        "relations": ["--grids", "4", "8", *GROWN, "--reuse", "relations"],
        "none": ["--grids", "4", "8", *GROWN, "--reuse", "none"],
        "adaptive-depth": ["--grids", "8", *GROWN, "--exit-layers", "3", "6"],
    },
    "scenes": {  # with --from a DeiT-tiny
        "dvt-deit-tiny-scenes": ["--grids", "7", "10", "14"],
        "deit-tiny-scenes": ["--grids", "14"],
        "deit-tiny-scenes-7x7": ["--grids", "7"],
        "dvt-deit-tiny-scenes-7-14": ["--grids", "7", "14"],
        "dynamicvit-tiny-scenes": DYNAMIC,
    },
}
TUNING_SHARE, FINE_SHARE = 0.25, 0.5
STARTS = {  # of models that begin as another one of their zoo: that one, and a share of the epochs
    "cifar10": {"dynamicvit-cifar10": ("deit-cifar10", TUNING_SHARE)},
    "cifar10-grown": {
        "dvt-deit-cifar10": ("coarse-cascade", FINE_SHARE),
        "deit-cifar10": ("coarse-vit", FINE_SHARE),
        "deit-cifar10-8x8": ("coarse-vit", FINE_SHARE),
        "dynamicvit-cifar10": ("deit-cifar10", TUNING_SHARE),
    },
    "scenes": {"dynamicvit-tiny-scenes": ("deit-tiny-scenes", TUNING_SHARE)},
}
TUNING_COST = 1.5  # of a step, against the baseline's: the baseline answers too, and the predictors
TRIAL_STEPS = 12
SPARE = 0.88  # of the minutes go into steps; the rest into held-out pictures, states and compiling


def parser():
    p = argparse.ArgumentParser(description=__doc__, allow_abbrev=False, epilog="Further options go to train.py, e.g. --from FILE --batch 128.")
    p.add_argument("zoo", choices=ZOOS)
    p.add_argument("--output", default="runs", help="folder of a folder per model [runs]")
    p.add_argument("--only", nargs="+", metavar="MODEL")
    length = p.add_mutually_exclusive_group(required=True)
    length.add_argument("--epochs", type=train.number, help="of every model; a share of them for those that begin as another")
    length.add_argument("--minutes", type=float, help="for all models together")
    p.add_argument("--stop-after", type=float, metavar="MINUTES", help="save what runs and leave with status 3")
    p.add_argument("--side-by-side", type=train.positive(int), default=1, metavar="N", help="train N models at once, each with its share of the processors [1]")
    return p


def start_of(zoo, name):
    """@return (the model as which this one begins, or None, and its share of the epochs)"""
    return STARTS.get(zoo, {}).get(name, (None, 1.0))


def arguments_of(zoo, name, folder, rest, start=None):
    """@param start of its zoo, whose release it goes on from"""
    holdout = str(Path(__file__).parent / "holdout" / f"{zoo.split('-')[0]}.txt")
    given = ["--holdout", holdout, "--evaluate-every", "10", *ZOOS[zoo][name], *rest, "--output", str(folder / name)]
    if start:
        given += ["--from", str(folder / start / "model.pth.tar")]
    return train.parser().parse_args(given)


def planned_epochs(zoo, names, folder, rest, minutes):
    """@return epochs for every model such that all fit into `minutes`; kept in plan.json for the calls that follow"""
    plan = folder / "plan.json"
    if plan.exists():
        return json.loads(plan.read_text())["epochs"]
    seconds = {}
    for name in names:
        start, share = start_of(zoo, name)
        if start and start not in seconds:
            raise TrainingError(f"--minutes: {name} without {start} (expected: its start before it, or --epochs)")
        if ZOOS[zoo][name] == DYNAMIC:
            seconds[name] = share * TUNING_COST * seconds[start] / start_of(zoo, start)[1]
            continue
        args = arguments_of(zoo, name, folder / "trial", [*rest, "--epochs", "1000000"])
        trainer = train.prepare(args)
        trainer.warm_up(TRIAL_STEPS // 3)
        one = trainer.epoch_steps * trainer.warm_up(TRIAL_STEPS) / TRIAL_STEPS
        trainer.progress.say(f"{name}: {one:.2f} s per epoch")
        seconds[name] = share * one
    epochs = max(int(SPARE * 60 * minutes / sum(seconds.values())), 1)
    folder.mkdir(parents=True, exist_ok=True)
    plan.write_text(json.dumps({"epochs": epochs, "seconds_per_epoch": seconds}, indent=1))
    return epochs


def side_by_side(args, names, rest, epochs, minutes_left):
    """A process per model, some at a time; first those as which others begin. @return the first status that is not 0"""
    threads = max((os.cpu_count() or 1) // args.side_by_side, 1)
    command = [sys.executable, __file__, args.zoo, "--output", args.output, "--epochs", str(epochs), *rest]
    ended = []

    def run(name):
        if any(ended):
            return
        stop = ["--stop-after", str(max(minutes_left(), 1e-3))] if args.stop_after else []
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        with subprocess.Popen([*command, *stop, "--only", name], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            for line in process.stderr:
                print(f"{name}: {line}", end="", file=sys.stderr)
        ended.append(process.returncode)

    generation = lambda name: 1 + generation(start_of(args.zoo, name)[0]) if start_of(args.zoo, name)[0] else 0
    for number in sorted(set(map(generation, names))):
        with ThreadPoolExecutor(args.side_by_side) as pool:
            list(pool.map(run, [name for name in names if generation(name) == number]))
    return next(filter(None, ended), 0)


def row(name, folder):
    content = load(folder / name / "model.pth.tar")
    facts = content["args"]
    cells = "  ".join(f"{accuracy:.2f} % at {cost:.3f}" for accuracy, cost in zip(content["anytime_classification"], content["flops"]))
    return f"{name:26} {facts['epochs_done']:6.1f} epochs  {facts['seconds'] / 60:6.1f} minutes on {facts['trained_on']}   {cells} GFLOPs"


def main():
    args, rest = parser().parse_known_args()
    started, folder = time.monotonic(), Path(args.output)
    names = args.only or list(ZOOS[args.zoo])
    minutes_left = lambda: args.stop_after - (time.monotonic() - started) / 60
    try:
        unknown = set(names) - set(ZOOS[args.zoo])
        if unknown:
            raise TrainingError(f"--only: {', '.join(sorted(unknown))} (expected: of {', '.join(ZOOS[args.zoo])})")
        epochs = args.epochs or planned_epochs(args.zoo, names, folder, rest, args.minutes)
        waiting = [name for name in names if not (folder / name / "model.pth.tar").exists()]
        if args.side_by_side > 1 and len(waiting) > 1:
            status = side_by_side(args, waiting, rest, epochs, minutes_left)
            if status:
                return status
            waiting = []
        for name in waiting:
            start, share = start_of(args.zoo, name)
            run = arguments_of(args.zoo, name, folder, [*rest, "--epochs", str(epochs * share)], start)
            if args.stop_after and minutes_left() <= 0:
                return train.UNFINISHED
            trainer = train.prepare(run)
            if args.stop_after:  # of what reading and compiling left
                run.stop_after = max(minutes_left(), 1e-3)
            status = train.complete_run(trainer, run)
            if status:
                return status
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
    except (TrainingError, OSError) as error:
        print(f"zoo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("zoo: interrupted", file=sys.stderr)
        return 130
    print("\n".join(row(name, folder) for name in names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
