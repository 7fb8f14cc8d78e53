"""Starts every stage of a model from one plain ViT, so that reuse begins (almost) without effect, or a cascade from another.

Stages after a cascade's first may be left out, and finer ones may follow: each begins as the start's last one, with its reuse, on a finer grid.
With a start per stage every stage begins as its own, a plain ViT or a cascade's stage of that grid.
"""

import re
from dataclasses import replace

import torch
from torch.nn import functional as F

from dvt.checkpoint import load, weights_of
from dvt.errors import TrainingError
from dvt.geometry import CONTEXT, HEAD_WIDTH, reuse_of
from dvt.model import build

NEEDED = ("cls_token", "pos_embed", "patch_embed.proj.weight", "blocks.0.attn.qkv.weight", "blocks.0.attn.qkv.bias", "norm.weight")
PICTURES = ("image_size", "resize", "mean", "std", "crop", "operations", "strength", "mix", "batch")
AUTHORS_STAGE = re.compile(r"(less_less_token|less_token|normal_token|stages\.\d+)\.")


class Seed:
    """The weights of a plain ViT, or of a cascade's stages, and what can be read off them.

    `stages` holds a state dict per stage, ascending by grid; a plain ViT's alone where it is no cascade. `weights` is the last one.
    """

    def __init__(self, path):
        self.path = path
        content = load(path)
        names = weights_of(content, path)
        told = content.get("args")
        self.told = told if isinstance(told, dict) and "geometry" in told else {}  # only this recipe's files tell
        if any("tokens_to_token." in name for name in names):
            self._refuse("family", "T2T-ViT", "a DeiT or ViT with patch_embed")
        if any(name.startswith("score_predictor.") for name in names):
            self._refuse("family", "a DynamicViT", "a plain DeiT or ViT")
        self.cascade = any(AUTHORS_STAGE.match(name) for name in names)
        self.stages = _by_stage(names) if self.cascade else [names]
        for stage in self.stages:
            for name in NEEDED:
                if name not in stage:
                    self._refuse("tensor", f"no {name}", "a DeiT or ViT checkpoint, or a cascade of them")
        if "dist_token" in names:  # the class token's answer alone is trained on
            names["pos_embed"] = torch.cat([names["pos_embed"][:, :1], names["pos_embed"][:, 2:]], 1)
        self.stages.sort(key=lambda stage: stage["pos_embed"].shape[1])
        self.grids = [self._grid_of(stage) for stage in self.stages]
        self.grid = self.grids[-1]
        self.weights = names = self.stages[-1]
        self.width = names["cls_token"].shape[-1]
        self.depth = 1 + max(int(name.split(".")[1]) for name in names if name.startswith("blocks."))
        self.hidden = names["blocks.0.mlp.fc1.weight"].shape[0]
        self.patch = names["patch_embed.proj.weight"].shape[-1]

    def _grid_of(self, stage):
        rows = stage["pos_embed"].shape[1]
        grid = round((rows - 1) ** 0.5)
        if grid**2 + 1 != rows:
            self._refuse("pos_embed", tuple(stage["pos_embed"].shape), "one row per place of a square grid, and the class token's")
        return grid

    def at(self, grid):
        """@return the weights that a stage of this grid starts from: the stage's of the same grid, else the last one's"""
        return dict(zip(self.grids, self.stages)).get(grid, self.weights)

    @property
    def reuse(self):
        """@return what the last stage takes from the one before: both, features, relations or none"""
        return reuse_of("blocks.0.feature_resuse_mlp.0.weight" in self.weights, "relation_reuse_conv.0.weight" in self.weights)

    def shape(self):
        """@return the width, depth, heads and mlp ratio a grown model has unless told otherwise"""
        heads = self.told.get("geometry", {}).get("heads") or max(self.width // HEAD_WIDTH, 1)
        return dict(width=self.width, depth=self.depth, heads=heads, mlp_ratio=self.hidden / self.width)

    def pictures(self):
        """@return grids and picture size, and where the file tells, how its pictures were made"""
        told = {name: self.told[name] for name in PICTURES if name in self.told}
        return {"grids": self.grids, "image_size": self.grid * self.patch, **told}

    def plain(self, geometry, classes):
        """@param geometry of another model grown from it @return (itself at that grid, whether it answers with these classes)"""
        head = self.weights.get("head.weight")
        rows = len(classes) if head is None else len(head)
        own = replace(geometry, depth=self.depth, classes=rows, prune_at=(), keep_rate=None)
        model = build(own)
        grow(model, self)
        same = head is not None and rows == len(classes) and self.told.get("classes") in (None, classes)
        return model.requires_grad_(False).eval(), same

    def _refuse(self, what, got, expected):
        raise TrainingError(f"start checkpoint: {self.path}: {what}: {got} (expected: {expected})")


def grow(model, *seeds):
    """Writes the seed's weights, of as many blocks as the model has, into every stage of `model`; a cascade's stage by stage.

    @param seeds one for all stages, or one per stage
    @return names of the parameters that are new: the reuse modules, and heads of another number of classes
    """
    own = model.geometry
    if len(seeds) not in (1, len(own.grids)):
        raise TrainingError(f"--from: {len(seeds)} files (expected: one, or one for each of the {len(own.grids)} stages)")
    for seed in seeds:
        _must_fit(own, seed)
    if len(seeds) == 1:
        if seeds[0].cascade:
            _must_match(own, seeds[0])
        seeds *= len(own.grids)
    fresh = set()
    with torch.no_grad():
        for prefix, stage, grid, seed in zip(own.prefixes, model.parts(), own.grids, seeds):
            fresh |= {prefix + name for name in _plant(stage, seed.at(grid), seed.path)}
    return fresh


def _must_fit(own, seed):
    heads = seed.told.get("geometry", {}).get("heads", own.heads)
    for name, mine, theirs in (("width", own.width, seed.width), ("mlp hidden width", own.hidden, seed.hidden), ("heads", own.heads, heads)):
        if mine != theirs:
            raise TrainingError(f"start checkpoint: {seed.path}: {name} {theirs} (expected: {mine}, as the model's)")
    if own.depth > seed.depth:
        raise TrainingError(f"start checkpoint: {seed.path}: depth {seed.depth} (expected: at least {own.depth}, the model's; the first blocks are taken)")


def _must_match(own, seed):
    known = [grid for grid in own.grids if grid in seed.grids or grid > seed.grid]
    if list(own.grids) != known or own.grids[0] != seed.grids[0]:
        raise TrainingError(
            f"--grids: {list(own.grids)} (expected: {seed.grids[0]}, then any others of the start's {seed.grids}, then finer ones; start checkpoint: {seed.path})"
        )
    for name, mine, theirs in (("reuse", own.reuse, seed.reuse), ("depth", own.depth, seed.depth)):
        if mine != theirs:
            raise TrainingError(f"start checkpoint: {seed.path}: {name} {theirs} of a cascade (expected: {mine}, as the model's)")


def _by_stage(weights):
    stages = {}
    for name, value in weights.items():
        prefix = AUTHORS_STAGE.match(name)
        if prefix:
            stages.setdefault(prefix[1], {})[name[prefix.end() :]] = value
    return list(stages.values())


def _plant(stage, weights, path):
    fresh = set()
    for name, target in stage.named_parameters():
        source = weights.get(name)
        if name == "patch_embed.proj.weight":
            target.copy_(resize_kernel(source, target.shape[-1]))
        elif name == "pos_embed":
            target.copy_(resize_positions(source, round((target.shape[1] - 1) ** 0.5)))
        elif name.endswith("norm2.weight") and target.shape != source.shape:
            # with a context near zero the variance falls to D / (D + 48) of itself
            width = len(source)
            target.copy_(torch.cat([source * (width / (width + CONTEXT)) ** 0.5, torch.ones(CONTEXT)]))
        elif name.endswith("norm2.bias") and target.shape != source.shape:
            target.copy_(torch.cat([source, torch.zeros(CONTEXT)]))
        elif name.endswith("mlp.fc1.weight") and source is not None and target.shape != source.shape:
            target.copy_(F.pad(source, (0, CONTEXT)))
        elif source is not None and target.shape == source.shape:
            target.copy_(source)
        elif source is None or name.startswith("head."):
            fresh.add(name)
        else:
            raise TrainingError(f"start checkpoint: {path}: {name}: {tuple(source.shape)} (expected: {tuple(target.shape)})")
    return fresh


def resize_kernel(kernel, side):
    """Bicubic, times (old / new side) squared, so that a flat patch embeds as before. @param kernel [D, 3, k, k]

    A smaller kernel sums over what it replaces (antialias), so that a small picture embeds about as if it had been enlarged.
    """
    old = kernel.shape[-1]
    if old == side:
        return kernel
    return F.interpolate(kernel, (side, side), mode="bicubic", align_corners=False, antialias=side < old) * (old / side) ** 2


def resize_positions(positions, grid):
    """Bicubic on the grid's rows; the class token's row stays. @param positions [1, g*g + 1, D]"""
    source = round((positions.shape[1] - 1) ** 0.5)
    if source == grid:
        return positions
    places = positions[:, 1:].reshape(1, source, source, -1).permute(0, 3, 1, 2)
    places = F.interpolate(places, (grid, grid), mode="bicubic", align_corners=False)
    return torch.cat([positions[:, :1], places.permute(0, 2, 3, 1).flatten(1, 2)], 1)
