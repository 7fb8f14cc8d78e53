#!/usr/bin/env python3
"""Trains one model: a cascade, a plain ViT, a ViT with exits along its depth, or a DynamicViT. See README.md."""

import argparse
import sys
import time
from functools import lru_cache
from pathlib import Path

import torch

from dvt import checkpoint, holdout
from dvt.data import Source, fit
from dvt.errors import TrainingError
from dvt.geometry import HEAD_WIDTH, Geometry, quarters
from dvt.grow import Seed, grow
from dvt.model import build
from dvt.pruning import Distilled
from dvt.trainer import Trainer

CIFAR = dict(mean=[0.4914, 0.4822, 0.4465], std=[0.2470, 0.2435, 0.2616])
IMAGENET = dict(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
FRESH = dict(image_size=32, grids=[4, 8, 16], reuse="both", optimizer="muon", rate=1.2e-3, batch=256, crop="shift", operations=2, strength=0.5, mix=0.8, **CIFAR)
GROWN = dict(image_size=224, grids=[7, 10, 14], reuse="both", optimizer="adamw", rate=2e-4, batch=64, crop="area", operations=1, strength=0.3, mix=0.0, **IMAGENET)
FRESH_SHAPE = dict(width=192, depth=9, heads=3, mlp_ratio=2.0)
PRUNED = dict(rate=5e-5, keep_rate=0.7)  # of the backbone; a trained one needs little
FRESH_FACTOR, PREDICTOR_FACTOR = 4.0, 20.0
UNFINISHED = 3


def positive(kind):
    """An argument's type: a number above zero."""

    def read(text):
        value = kind(text)
        if not 0 < value < float("inf"):
            raise argparse.ArgumentTypeError(f"{text} (expected: above 0)")
        return value

    read.__name__ = kind.__name__  # which argparse names where the text is no number
    return read


def number(text):
    """An argument's type: a number above zero, whole where it is."""
    value = positive(float)(text)
    return int(value) if value.is_integer() else value


def epochs(text):
    """An argument's type: a number above zero, or 0 for no training at all."""
    return 0 if text == "0" else number(text)


def parser():
    p = argparse.ArgumentParser(description=__doc__, epilog="Defaults in brackets are from scratch / with --from.")
    p.add_argument("--data", nargs="+", required=True, help="folders or tar(.gz) of class folders, <class>/<file> or train/<class>/<file>")
    p.add_argument("--output", required=True, help="folder for the state and the finished model.pth.tar; naming it again goes on")
    p.add_argument("--holdout", metavar="FILE|N", help="list of held-out pictures, or how many to draw from every class in proportion [a tenth]")
    p.add_argument("--from", dest="start", metavar="FILE", nargs="+", default=[], help="grow the model from this DeiT or ViT checkpoint, or go on from a cascade's: its reuse stays, stages after the first may be left out by --grids, finer ones may follow, classes may change; or one file for each of --grids")
    shape = p.add_argument_group("model")
    shape.add_argument("--grids", type=positive(int), nargs="+", help="tokens per side of each stage; one is a plain ViT [4 8 16 / 7 10 14]")
    shape.add_argument("--reuse", choices=("both", "features", "relations", "none"), help="what a stage takes from the one before it [both; going on from a cascade: its own]")
    shape.add_argument("--exit-layers", type=int, nargs="*", default=[], help="with one grid: also classify after these blocks")
    shape.add_argument("--architecture", choices=("dynamicvit",), help="drop tokens inside; --from names the trained plain ViT, which it learns from too")
    shape.add_argument("--keep-rate", type=float, help="dynamicvit: share of the tokens that each step keeps [0.7]")
    shape.add_argument("--prune-at", type=int, nargs="+", metavar="BLOCK", help="dynamicvit: drop before these, from 0 [the quarters of the depth, 3 6 9 of 12]")
    shape.add_argument("--image-size", type=positive(int), help="[32 / 224; dynamicvit: all about pictures as the start's]")
    shape.add_argument("--width", type=positive(int), help="[192 / the start's, likewise the next three]")
    shape.add_argument("--depth", type=positive(int), help="[9; a grown one may have fewer than its start, the first ones]")
    shape.add_argument("--heads", type=positive(int), help="[width / 64, or what the start tells]")
    shape.add_argument("--mlp-ratio", type=positive(float), help="[2]")
    pictures = p.add_argument_group("pictures")
    pictures.add_argument("--resize", type=positive(int), help="resize the shorter side to this and cut out the centre [the whole picture is resized]")
    pictures.add_argument("--mean", type=float, nargs=3, help="[CIFAR-10's / ImageNet's]")
    pictures.add_argument("--std", type=float, nargs=3)
    pictures.add_argument("--crop", choices=("shift", "area"), help="small shifts, or cuts of 40 to 100 %% of the area [shift / area]")
    pictures.add_argument("--operations", type=int, help="augmentations drawn per picture [2 / 1]")
    pictures.add_argument("--strength", type=float, help="of them, 0..1 [0.5 / 0.3]")
    pictures.add_argument("--mix", type=float, help="share of pictures under mixup or CutMix [0.8 / 0]")
    pictures.add_argument("--mix-until", type=float, default=0.9, help="share of the run with mixing [0.9]")
    run = p.add_argument_group("run")
    length = run.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=epochs, help="a part of one will do, e.g. 0.3; 0 puts trained starts together as they are [100, unless --minutes]")
    length.add_argument("--minutes", type=positive(float), help="train for this long instead, schedule included")
    run.add_argument("--stop-after", type=float, metavar="MINUTES", help="save, leave with status 3 and go on at the next call")
    run.add_argument("--batch", type=positive(int), help="[256 / 64]")
    run.add_argument("--optimizer", choices=("muon", "adamw"), help="muon takes the blocks' matrices only [muon / adamw]")
    run.add_argument("--rate", type=positive(float), help="AdamW's [0.0012 / 0.0002; new parts of a grown model four times that; dynamicvit 0.00005, its predictors twenty times that]")
    run.add_argument("--matrix-rate", type=positive(float), default=2e-3, help="Muon's [0.002]")
    run.add_argument("--weight-decay", type=float, default=0.05)
    run.add_argument("--clip", type=positive(float), default=1.0, help="largest gradient norm [1]")
    run.add_argument("--smoothing", type=float, default=0.05, help="label smoothing [0.05]")
    run.add_argument("--ema", type=float, default=0.999, help="decay of the averaged weights, which are what is kept [0.999]")
    run.add_argument("--teacher", metavar="FILE", help="a model of this recipe whose last exit softens the targets")
    run.add_argument("--teacher-weight", type=float, default=0.5)
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--evaluate-every", type=positive(int), default=1, metavar="EPOCHS")
    run.add_argument("--release-dtype", choices=("float16", "float32"), default="float16")
    device = p.add_argument_group("device")
    device.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    device.add_argument("--bfloat16", action=argparse.BooleanOptionalAction, help="[on a GPU, and where a trial shows it to be quicker]")
    device.add_argument("--compile", action=argparse.BooleanOptionalAction, default=torch.cuda.is_available())
    return p


def complete(args):
    """Fills in what depends on whether the model is grown. @return the start checkpoints"""
    seeds = [Seed(path) for path in args.start]
    seed = seeds[-1] if seeds else None
    defaults = {**(GROWN if seed else FRESH), **(seed.shape() if seed else FRESH_SHAPE)}
    if args.architecture:
        if not seed:
            raise TrainingError("--from: not given (expected: the trained plain ViT from which a DynamicViT starts)")
        defaults |= {**seed.pictures(), **PRUNED}
        if seed.cascade:
            raise TrainingError(f"start checkpoint: {seed.path}: a cascade (expected: the trained plain ViT from which a DynamicViT starts)")
    elif args.keep_rate or args.prune_at:
        raise TrainingError("--keep-rate, --prune-at: given (expected: only with --architecture dynamicvit)")
    elif len(seeds) == 1 and seed.cascade:
        defaults |= {**seed.pictures(), "reuse": seed.reuse}
    if args.width not in (None, defaults["width"]):
        defaults["heads"] = max(args.width // HEAD_WIDTH, 1)
    for name, value in defaults.items():
        if getattr(args, name) is None:
            setattr(args, name, value)
    if args.architecture and args.prune_at is None:
        args.prune_at = quarters(args.depth)
    if args.bfloat16 is None:
        args.bfloat16 = args.device.startswith("cuda") or quicker_in_bfloat16()
    if args.epochs is None and not args.minutes:
        args.epochs = 100
    return seeds


@lru_cache
def quicker_in_bfloat16():
    """Some processors and builds of PyTorch are several times faster in bfloat16, others slower."""
    x, seconds = torch.ones(1024, 384), {}
    for dtype in (torch.float32, torch.bfloat16) * 3:
        rows, matrix = x.to(dtype), x[:384].to(dtype)
        started = time.perf_counter()
        torch.nn.functional.linear(rows, matrix)
        seconds[dtype] = min(time.perf_counter() - started, seconds.get(dtype, 1e9))
    return seconds[torch.bfloat16] < seconds[torch.float32]


@lru_cache(maxsize=2)
def source_of(paths):
    return Source(paths)


@lru_cache(maxsize=2)
def pictures_of(paths, holdout_rule, image_size, resize):
    """@return (training pictures, held-out pictures), both decoded; cached, so a zoo decodes once"""
    source = source_of(paths)
    out = held_out(source.names, holdout_rule)
    native = None if resize else source.common_side()
    kept = [name for name in source.names if name not in out]
    if len(source.classes) < 2:
        raise TrainingError(f"data: 1 class, {source.classes[0]} (expected: at least 2)")
    unseen = sorted(set(source.classes) - {name.split("/")[0] for name in kept})
    if unseen:
        raise TrainingError(f"data: class {', '.join(unseen)}: every picture is held out (expected: at least one left to train on)")
    train = source.decode(kept, fit(native or image_size, resize))
    return train, source.decode(sorted(out), fit(image_size, resize))


def held_out(names, rule):
    """@param rule file of a list, number, or None for a tenth @return set of names"""
    if rule is None or rule.isdigit():
        return set(holdout.stratified(names, int(rule) if rule else max(len(names) // 10, 1)))
    listed = holdout.read(rule)
    absent = listed - set(names)
    if absent:
        raise TrainingError(f"held-out list: {rule}: {len(absent)} names not in the data, e.g. {min(absent)} (expected: names of these pictures)")
    return listed


def prepare(args):
    """@return a trainer that has gone on from the output folder's state, if there was one"""
    seeds = complete(args)
    try:
        torch.zeros(1, device=args.device)
    except (RuntimeError, AssertionError) as error:
        raise TrainingError(f"--device: {args.device}: {str(error).splitlines()[0]} (expected: cpu, or cuda where there is a GPU)") from error
    train, held = pictures_of(tuple(args.data), args.holdout, args.image_size, args.resize)
    torch.manual_seed(args.seed)
    geometry = Geometry(
        args.image_size, args.grids, args.width, args.depth, args.heads, args.mlp_ratio, len(train.classes),
        args.reuse in ("both", "features"), args.reuse in ("both", "relations"), args.exit_layers, args.prune_at or (), args.keep_rate,
    )  # fmt: skip
    model = build(geometry)
    fresh = grow(model, *seeds) if seeds else frozenset()
    untrained = fresh if seeds else {name for name, _ in model.named_parameters()}
    if args.epochs == 0 and untrained:
        raise TrainingError(f"--epochs: 0, with {len(untrained)} untrained tensors, e.g. {min(untrained)} (expected: above 0, or starts that have them)")
    teacher = teacher_of(args, train.classes) if args.teacher else None
    facts = {**vars(args), "classes": train.classes, "pictures": len(train), "held_out": len(held)}
    objective = learning_from(seeds[0], geometry, train.classes, args.device) if args.architecture else None
    factor = PREDICTOR_FACTOR if args.architecture else FRESH_FACTOR
    trainer = Trainer(model, train, held, facts, args.device, fresh, factor, teacher, objective)
    resumed = trainer.resume()
    parameters = sum(p.numel() for p in model.parameters())
    trainer.progress.say(
        f"{Path(args.output).name}: {parameters / 1e6:.2f} M parameters, exits at {' '.join(f'{g:.4f}' for g in geometry.gflops())} GFLOPs, "
        f"{len(train)} pictures of {len(train.classes)} classes, {len(held)} held out"
        + (f"; goes on at epoch {trainer.step / trainer.epoch_steps:.2f}" if resumed else "")
    )
    return trainer


def learning_from(seed, geometry, classes, device):
    plain, answers = seed.plain(geometry, classes)
    return Distilled(plain.to(device), answers)


def teacher_of(args, classes):
    model, facts = checkpoint.open_release(args.teacher)
    for name, mine in (("classes", classes), ("image_size", args.image_size), ("mean", args.mean), ("std", args.std)):
        if facts.get(name) != mine:
            raise TrainingError(f"teacher: {args.teacher}: {name} {facts.get(name)} (expected: {mine})")
    return model, args.teacher_weight


def complete_run(trainer, args):
    """Trains and writes the release. @return exit status"""
    checkpoint.writable(trainer.folder)
    if not trainer.run(60 * args.stop_after if args.stop_after else None):
        trainer.progress.say(f"stopped at {trainer.share:.1%}: {trainer.state_file}; the same command goes on")
        return 130 if trainer.stopping else UNFINISHED
    path, accuracy = trainer.finish(getattr(torch, args.release_dtype))
    trainer.progress.say(f"{path}: held-out accuracy {' '.join(f'{a:.2%}' for a in accuracy)} after {trainer.seconds / 60:.1f} minutes")
    holdout.write(sorted(held_out(source_of(tuple(args.data)).names, args.holdout)), path.with_name("held-out.txt"))
    path.with_name("labels.txt").write_text("".join(f"{label}\n" for label in trainer.train.classes), encoding="utf-8")
    if not args.exit_layers:
        trainer.progress.say(f"export it: {export_command(path, args)}")
    return 0


def export_command(path, args):
    """@return the command that turns the release into a served model; what the tensors do not tell is in it"""
    numbers = lambda values: ",".join(f"{value:g}" for value in values)
    family = args.architecture or ("dvt-deit" if len(args.grids) > 1 else "deit")
    dropped = f" --keep-rate {args.keep_rate} --drop-at {numbers(args.prune_at)}" if args.architecture else ""
    sized = args.resize if args.resize else "stretch"
    return (
        f"bin/dvt export --checkpoint {path} --architecture {family}{dropped} --image-size {args.image_size} --heads {args.heads} --resize {sized} "
        f"--mean {numbers(args.mean)} --std {numbers(args.std)} --labels {path.with_name('labels.txt')} --output onnx-models/{path.parent.name}/1"
    )


def main():
    args = parser().parse_args()
    try:
        return complete_run(prepare(args), args)
    except (TrainingError, OSError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("train: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
