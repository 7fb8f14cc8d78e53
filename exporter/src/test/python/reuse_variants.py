"""Makes the golden cases of ReuseVariantsTest: the variants of the paper's Tables 7 and 8, and
geometries of our own, computed by a plain PyTorch forward pass in float64.

usage: python3 reuse_variants.py OUT_FOLDER

Each case is a two- or three-exit cascade over 32x32 pictures with seeded random weights. A variant
is a `features` and a `relations` value in the words of ReuseSpec, or null for none.
"""
import collections
import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

PREFIXES = {1: ["normal_token."], 2: ["less_less_token.", "normal_token."],
            3: ["less_less_token.", "less_token.", "normal_token."]}
FEATURES = dict(source="FINAL_LAYER", classToken="ZERO", layers="ALL", transform="MLP", layerNorm=True)
RELATIONS = dict(source="ALL_LAYERS", transform="MLP", upsampling="BY_GRID")
BASE = dict(grid=[4, 8], patch=[8, 4], width=[16, 16], depth=[2, 2], heads=[2, 2], hidden=[20, 20],
            through=[8], features=FEATURES, relations=RELATIONS)
CASES = {
    "both": BASE,
    "layerwise-features": dict(BASE, features=dict(FEATURES, source="CORRESPONDING_LAYER")),
    "reused-class-token": dict(BASE, features=dict(FEATURES, classToken="REUSED")),
    "first-layer-only": dict(BASE, features=dict(FEATURES, layers="FIRST")),
    "no-layer-norm": dict(BASE, features=dict(FEATURES, layerNorm=False)),
    "linear-features": dict(BASE, features=dict(FEATURES, transform="LINEAR")),
    "layerwise-relations": dict(BASE, relations=dict(RELATIONS, source="CORRESPONDING_LAYER")),
    "final-relations": dict(BASE, relations=dict(RELATIONS, source="FINAL_LAYER")),
    "linear-relations": dict(BASE, relations=dict(RELATIONS, transform="LINEAR")),
    "naive-upsampling": dict(BASE, relations=dict(RELATIONS, upsampling="NAIVE")),
    "features-only": dict(BASE, relations=None),
    "relations-only": dict(BASE, features=None),
    "through-12": dict(BASE, through=[12]),
    "three-exits-of-different-sizes": dict(
        BASE, grid=[4, 8, 16], patch=[8, 4, 2], width=[16, 18, 24], depth=[2, 3, 1],
        heads=[2, 3, 2], hidden=[20, 12, 16], through=[8, 16]),
    "one-exit": dict(BASE, grid=[8], patch=[4], through=[]),
}


def weights(case, generator):
    tensors = collections.OrderedDict()

    def random(*shape, scale=0.3):
        return torch.randn(*shape, generator=generator) * scale

    for i, prefix in enumerate(PREFIXES[len(case["grid"])]):
        width, depth, heads = case["width"][i], case["depth"][i], case["heads"][i]

        def linear(name, out, inputs):
            tensors[prefix + name + ".weight"] = random(out, inputs, scale=1.2 / math.sqrt(inputs))
            tensors[prefix + name + ".bias"] = random(out)

        def norm(name, size):
            tensors[prefix + name + ".weight"] = 1 + random(size)
            tensors[prefix + name + ".bias"] = random(size)

        patch = case["patch"][i]
        tensors[prefix + "cls_token"] = random(1, 1, width)
        tensors[prefix + "pos_embed"] = random(1, case["grid"][i] ** 2 + 1, width)
        tensors[prefix + "patch_embed.proj.weight"] = random(width, 3, patch, patch, scale=1 / patch)
        tensors[prefix + "patch_embed.proj.bias"] = random(width)
        features = case["features"] if i else None
        for layer in range(depth):
            block = f"blocks.{layer}."
            context = 0
            if features and (features["layers"] == "ALL" or layer == 0):
                context, above = 6, case["width"][i - 1]
                reuse = block + "feature_resuse_mlp."
                if features["layerNorm"]:
                    norm(reuse + "0", above)
                if features["transform"] == "MLP":
                    linear(reuse + "1.fc1", 10, above)
                    linear(reuse + "1.fc2", context, 10)
                else:
                    linear(reuse + "1.fc1", context, above)
            norm(block + "norm1", width)
            linear(block + "attn.qkv", 3 * width, width)
            linear(block + "attn.proj", width, width)
            norm(block + "norm2", width + context)
            linear(block + "mlp.fc1", case["hidden"][i], width + context)
            linear(block + "mlp.fc2", width, case["hidden"][i])
        norm("norm", width)
        linear("head", 5, width)
        relations = case["relations"] if i else None
        if relations:
            groups, channels = groups_and_channels(case, i)
            out, conv = depth * heads, prefix + "relation_reuse_conv."
            first = 3 * out if relations["transform"] == "MLP" else out
            tensors[conv + "0.weight"] = random(first, channels // groups, 1, 1, scale=0.5)
            tensors[conv + "0.bias"] = random(first)
            if relations["transform"] == "MLP":
                tensors[conv + "2.weight"] = random(out, first // groups, 1, 1)
                tensors[conv + "2.bias"] = random(out)
    return tensors


def groups_and_channels(case, i):
    depth, heads = case["depth"][i - 1], case["heads"][i - 1]
    source = case["relations"]["source"]
    if source == "FINAL_LAYER":
        return 1, heads
    return depth if source == "CORRESPONDING_LAYER" else 1, depth * heads


def upsample(x, grid, through):
    """[..., n * n] to [..., grid * grid]: nearest, then average pooling."""
    side = math.isqrt(x.shape[-1])
    picture = x.reshape(-1, 1, side, side)
    picture = F.adaptive_avg_pool2d(F.interpolate(picture, size=(through, through)), (grid, grid))
    return picture.reshape(*x.shape[:-1], grid * grid)


def upsample_keys(x, grid, through):
    return torch.cat([x[..., :1], upsample(x[..., 1:], grid, through)], -1)


def forward(case, tensors, image):
    logits, above = [], None
    for i, prefix in enumerate(PREFIXES[len(case["grid"])]):
        get = lambda name: tensors[prefix + name]
        linear = lambda name, x: F.linear(x, get(name + ".weight"), get(name + ".bias"))
        norm = lambda name, x: F.layer_norm(
            x, x.shape[-1:], get(name + ".weight"), get(name + ".bias"), 1e-6)
        heads, grid = case["heads"][i], case["grid"][i]
        features = case["features"] if i else None
        relations = case["relations"] if i else None
        x = F.conv2d(image, get("patch_embed.proj.weight"), get("patch_embed.proj.bias"),
                     stride=case["patch"][i]).flatten(2).transpose(1, 2)
        x = torch.cat([get("cls_token").expand(x.shape[0], -1, -1), x], 1) + get("pos_embed")
        batch, tokens, width = x.shape
        reused = None
        if relations:
            groups, channels = groups_and_channels(case, i)
            conv = lambda n, y: F.conv2d(
                y, get(f"relation_reuse_conv.{n}.weight"), get(f"relation_reuse_conv.{n}.bias"),
                groups=groups)
            reused = conv(0, above["relations"][:, -channels:])
            if relations["transform"] == "MLP":
                reused = conv(2, F.gelu(reused))
            if relations["upsampling"] == "NAIVE":
                reused = F.interpolate(reused, size=(tokens, tokens))
            else:
                for _ in range(2):
                    reused = upsample_keys(reused, grid, case["through"][i - 1]).transpose(-1, -2)
        outputs, attentions = [], []
        for layer in range(case["depth"][i]):
            block = f"blocks.{layer}."
            qkv = linear(block + "attn.qkv", norm(block + "norm1", x))
            q, k, v = qkv.reshape(batch, tokens, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
            attention = q @ k.transpose(-1, -2) * (width // heads) ** -0.5
            if reused is not None:
                attention = attention + reused[:, layer * heads:(layer + 1) * heads]
            attentions.append(attention)
            attended = (attention.softmax(-1) @ v).transpose(1, 2).reshape(batch, tokens, width)
            x = x + linear(block + "attn.proj", attended)
            widened = x
            if features and (features["layers"] == "ALL" or layer == 0):
                reuse = block + "feature_resuse_mlp."
                context = above["tokens"][-1 if features["source"] == "FINAL_LAYER" else layer]
                if features["layerNorm"]:
                    context = norm(reuse + "0", context)
                context = linear(reuse + "1.fc1", context)
                if features["transform"] == "MLP":
                    context = linear(reuse + "1.fc2", F.gelu(context))
                first = context[:, :1]
                if features["classToken"] == "ZERO":
                    first = torch.zeros_like(first)
                rest = upsample(context[:, 1:].transpose(1, 2), grid, case["through"][i - 1])
                widened = torch.cat([x, torch.cat([first, rest.transpose(1, 2)], 1)], -1)
            hidden = F.gelu(linear(block + "mlp.fc1", norm(block + "norm2", widened)))
            x = x + linear(block + "mlp.fc2", hidden)
            outputs.append(x)
        above = dict(tokens=outputs, relations=torch.cat(attentions, 1))
        logits.append(linear("head", norm("norm", x)[:, 0]))
    return logits


def main():
    out = pathlib.Path(sys.argv[1])
    generator = torch.Generator().manual_seed(20)
    image = torch.randn(2, 3, 32, 32, generator=generator)
    np.save(out / "input.npy", image.numpy())
    index = []
    for name, case in CASES.items():
        tensors = weights(case, generator)
        torch.save({"model_state_dict": tensors}, out / f"{name}.pth")
        with torch.no_grad():
            exits = forward(case, {k: v.double() for k, v in tensors.items()}, image.double())
        np.save(out / f"{name}.logits.npy", torch.stack(exits).float().numpy())
        index.append({"name": name, **{k: case[k] for k in ("heads", "through", "features", "relations")}})
    (out / "index.json").write_text(json.dumps(index, indent=1) + "\n")


if __name__ == "__main__":
    main()
