"""Writes a full-size checkpoint with seeded random weights, for measuring speed where no trained one is at hand.

usage: python3 seeded_checkpoint.py MODEL OUT.safetensors [--grids 7 10 14] [--seed 1] [--classes 1000]

MODEL: deit-tiny, deit-small, deit-base, t2t-7, t2t-10, t2t-12, t2t-14, t2t-19, t2t-24. With several --grids
it becomes a DVT with both reuses. Keys and shapes are the authors'. Needs NumPy alone.
"""
import argparse
import json
import struct
import zlib

import numpy as np

SIZES = {  # width, depth, mlp ratio
    "deit-tiny": (192, 12, 4), "deit-small": (384, 12, 4), "deit-base": (768, 12, 4),
    "t2t-7": (256, 7, 2), "t2t-10": (256, 10, 2), "t2t-12": (256, 12, 2),
    "t2t-14": (384, 14, 3), "t2t-19": (448, 19, 3), "t2t-24": (512, 24, 3),
}  # fmt: skip
PREFIXES = {1: [""], 2: ["less_less_token.", "normal_token."], 3: ["less_less_token.", "less_token.", "normal_token."]}
PATCH = {7: 32, 10: 23, 14: 16}
SPLIT = {7: 14, 10: 11, 14: 7}
TOKEN, CONTEXT, REUSE, HEAD = 64, 48, 128, 64


def linear(name, rows, columns, bias=True):
    yield f"{name}.weight", (rows, columns)
    if bias:
        yield f"{name}.bias", (rows,)


def norm(name, width):
    yield f"{name}.weight", (width,)
    yield f"{name}.bias", (width,)


def front(family, grid, width):
    if family == "deit":
        yield "patch_embed.proj.weight", (width, 3, PATCH[grid], PATCH[grid])
        yield "patch_embed.proj.bias", (width,)
        return
    for number, columns in ((1, 3 * SPLIT[grid] ** 2), (2, 9 * TOKEN)):
        part = f"tokens_to_token.attention{number}"
        yield f"{part}.w", (TOKEN // 2, TOKEN)
        yield from linear(f"{part}.kqv", 3 * TOKEN, columns)
        yield from linear(f"{part}.proj", TOKEN, TOKEN)
        yield from norm(f"{part}.norm1", columns)
        yield from norm(f"{part}.norm2", TOKEN)
        yield from linear(f"{part}.mlp.0", TOKEN, TOKEN)
        yield from linear(f"{part}.mlp.2", TOKEN, TOKEN)
    yield from linear("tokens_to_token.project", width, 9 * TOKEN)


def stage(family, grid, width, depth, ratio, classes, reuses):
    hidden, inner = width * ratio, width + (CONTEXT if reuses else 0)
    yield "cls_token", (1, 1, width)
    yield "pos_embed", (1, grid * grid + 1, width)
    yield from front(family, grid, width)
    for i in range(depth):
        block = f"blocks.{i}"
        yield from norm(f"{block}.norm1", width)
        yield from linear(f"{block}.attn.qkv", 3 * width, width, bias=family == "deit")
        yield from linear(f"{block}.attn.proj", width, width)
        yield from norm(f"{block}.norm2", inner)
        yield from linear(f"{block}.mlp.fc1", hidden, inner)
        yield from linear(f"{block}.mlp.fc2", width, hidden)
        if reuses:
            yield from norm(f"{block}.feature_resuse_mlp.0", width)
            yield from linear(f"{block}.feature_resuse_mlp.1.fc1", REUSE, width)
            yield from linear(f"{block}.feature_resuse_mlp.1.fc2", CONTEXT, REUSE)
    yield from norm("norm", width)
    if reuses:
        channels = depth * width // HEAD
        for layer, rows, columns in ((0, 3 * channels, channels), (2, channels, 3 * channels)):
            yield f"relation_reuse_conv.{layer}.weight", (rows, columns, 1, 1)
            yield f"relation_reuse_conv.{layer}.bias", (rows,)
    yield from linear("head", classes, width)


def tensors(model, grids, classes):
    """@return {key: shape} in the authors' order of stages"""
    width, depth, ratio = SIZES[model]
    family = model.split("-")[0]
    return {
        prefix + key: shape
        for number, (prefix, grid) in enumerate(zip(PREFIXES[len(grids)], grids))
        for key, shape in stage(family, grid, width, depth, ratio, classes, number > 0)
    }


def values(key, shape, seed):
    """Normal numbers that keep activations of order one: matrices shrink with their input width."""
    draw = np.random.default_rng([seed, zlib.crc32(key.encode())])
    if ".norm" in key or key.startswith("norm.") or "feature_resuse_mlp.0" in key:
        return np.full(shape, 1.0 if key.endswith("weight") else 0.0, np.float32)
    if key.endswith("bias"):
        return np.zeros(shape, np.float32)
    scale = 0.02 if key.endswith(("cls_token", "pos_embed")) else 1 / np.sqrt(np.prod(shape[1:]))
    return (scale * draw.standard_normal(shape, np.float32)).astype(np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=SIZES)
    parser.add_argument("output")
    parser.add_argument("--grids", type=int, nargs="+", choices=PATCH, default=[14])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--classes", type=int, default=1000)
    args = parser.parse_args()
    shapes, header, at = tensors(args.model, args.grids, args.classes), {}, 0
    for key, shape in shapes.items():
        end = at + 4 * int(np.prod(shape))
        header[key], at = {"dtype": "F32", "shape": shape, "data_offsets": [at, end]}, end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(args.output, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for key, shape in shapes.items():
            file.write(values(key, shape, args.seed).tobytes())
    print(f"{args.output}: {len(shapes)} tensors, {at // 4:,} numbers")


if __name__ == "__main__":
    main()
