"""Makes the golden cases of ScatteredCascadeTest: cascades whose stages drop tokens as EViT does and
still hand on whole grids, computed by a plain PyTorch forward pass in float64, image by image.

usage: python3 pruned_cascades.py OUT_FOLDER
"""
import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

from reuse_variants import BASE, FEATURES, PREFIXES, RELATIONS, groups_and_channels, upsample
from reuse_variants import upsample_keys, weights

IMAGE = 24
THREE = dict(BASE, grid=[3, 4, 6], patch=[8, 6, 4], width=[16, 18, 16], depth=[4, 4, 4],
             heads=[2, 3, 2], hidden=[20, 12, 16], through=[4, 6])
MODELS = {
    "final": THREE,
    "layerwise": dict(THREE, width=[16] * 3, heads=[2] * 3,
                      features=dict(FEATURES, source="CORRESPONDING_LAYER"),
                      relations=dict(RELATIONS, source="FINAL_LAYER")),
}
# Keep rate of each stage; layers 1, 2 and 3 of 4 drop tokens.
CASES = {
    "all": dict(model="final", rates=[0.6, 0.6, 0.6], fuse=False),
    "all-fused": dict(model="final", rates=[0.6, 0.6, 0.6], fuse=True),
    "first-two": dict(model="final", rates=[0.5, 0.7, 1], fuse=True),
    "middle": dict(model="final", rates=[1, 0.5, 1], fuse=False),
    "layerwise": dict(model="layerwise", rates=[0.6, 0.6, 0.6], fuse=True),
}
AT = [1, 2, 3]
# A choice of tokens that float32 could turn would compare nothing.
LEAST_MARGIN = 2e-6
FUSED = -1


def placed(places):
    """The rows that have a place, and their places."""
    rows = [row for row, place in enumerate(places) if place != FUSED]
    return torch.tensor(rows), torch.tensor([places[row] for row in rows])


def block(i, tensors, x, context, reused, layer, heads, keep, fuse, places):
    """One image, one layer: x [N, D], context [grid tokens, D'] or None, reused [H, grid, grid] or
    None, places the grid's place of each row of x. Returns x, logits, places, x before a drop."""
    get = lambda name: tensors[f"{PREFIXES[3][i]}blocks.{layer}.{name}"]
    linear = lambda name, y: F.linear(y, get(name + ".weight"), get(name + ".bias"))
    norm = lambda name, y: F.layer_norm(
        y, y.shape[-1:], get(name + ".weight"), get(name + ".bias"), 1e-6)
    count, width = x.shape
    q, k, v = linear("attn.qkv", norm("norm1", x)).reshape(count, 3, heads, -1).permute(1, 2, 0, 3)
    logits = q @ k.transpose(-1, -2) * (width // heads) ** -0.5
    if reused is not None:
        rows, own = placed(places)
        logits[:, rows[:, None], rows] += reused[:, own[:, None], own]
    attention = logits.softmax(-1)
    x = x + linear("attn.proj", (attention @ v).transpose(0, 1).reshape(count, width))
    dropped = None
    if keep is not None:
        dropped = x, places
        seen = attention[:, 0, 1:].mean(0)
        order = seen.sort(descending=True)
        if order.values[keep - 1] - order.values[keep] < LEAST_MARGIN:
            raise ValueError(f"margin {order.values[keep - 1] - order.values[keep]} at layer {layer}")
        kept = [0] + (order.indices[:keep] + 1).tolist()
        lost = (order.indices[keep:] + 1).tolist()
        places = [places[j] for j in kept] + ([FUSED] if fuse else [])
        fused = sum(seen[j - 1] * x[j] for j in lost)
        x = torch.cat([x[kept], fused[None]]) if fuse else x[kept]
    widened = x
    if context is not None:
        nothing = torch.zeros(context.shape[1], dtype=x.dtype)
        own = [nothing if place == FUSED else context[place] for place in places]
        widened = torch.cat([x, torch.stack(own)], -1)
    x = x + linear("mlp.fc2", F.gelu(linear("mlp.fc1", norm("norm2", widened))))
    return x, logits, places, dropped


def contexts(case, i, tensors, above):
    """[layers, N, D'] of one image, from above's tokens of each layer, [layers][N', D]."""
    result = []
    for layer in range(case["depth"][i]):
        name = f"{PREFIXES[3][i]}blocks.{layer}.feature_resuse_mlp."
        y = above[-1 if case["features"]["source"] == "FINAL_LAYER" else layer]
        y = F.layer_norm(y, y.shape[-1:], tensors[name + "0.weight"], tensors[name + "0.bias"], 1e-6)
        y = F.gelu(F.linear(y, tensors[name + "1.fc1.weight"], tensors[name + "1.fc1.bias"]))
        y = F.linear(y, tensors[name + "1.fc2.weight"], tensors[name + "1.fc2.bias"])
        rest = upsample(y[1:].T, case["grid"][i], case["through"][i - 1]).T
        result.append(torch.cat([torch.zeros_like(y[:1]), rest]))
    return result


def relations(case, i, tensors, above):
    """[layers * H, N, N] of one image, from above's logits [C, N', N']."""
    name = PREFIXES[3][i] + "relation_reuse_conv."
    channels = groups_and_channels(case, i)[1]
    y = F.conv2d(above[None, -channels:], tensors[name + "0.weight"], tensors[name + "0.bias"])
    y = F.conv2d(F.gelu(y), tensors[name + "2.weight"], tensors[name + "2.bias"])
    for _ in range(2):
        y = upsample_keys(y, case["grid"][i], case["through"][i - 1]).transpose(-1, -2)
    return y[0]


def stage(case, i, tensors, image, above, rate, fuse):
    """One image through one stage: logits, tokens of each layer [N, D], relations [L * H, N, N]."""
    get = lambda name: tensors[PREFIXES[3][i] + name]
    x = F.conv2d(image[None], get("patch_embed.proj.weight"), get("patch_embed.proj.bias"),
                 stride=case["patch"][i]).flatten(2)[0].T
    x = torch.cat([get("cls_token")[0], x]) + get("pos_embed")[0]
    count, depth, heads = len(x), case["depth"][i], case["heads"][i]
    context = contexts(case, i, tensors, above["tokens"]) if i else [None] * depth
    reused = relations(case, i, tensors, above["relations"]) if i else None
    places = list(range(count))
    home = torch.full(x.shape, math.nan, dtype=x.dtype)
    tokens, logits = [], []
    for layer in range(depth):
        keep = math.ceil(rate * (len(x) - 1)) if layer in AT else None
        keep = None if keep == len(x) - 1 else keep
        before = places
        own = reused[layer * heads:(layer + 1) * heads] if i else None
        x, seen, places, dropped = block(
            i, tensors, x, context[layer], own, layer, heads, keep, fuse, places)
        if dropped:
            for row, place in zip(*dropped):
                if place != FUSED:
                    home[place] = row
        for row, place in zip(x, places):
            if place != FUSED:
                home[place] = row
        tokens.append(home.clone())
        whole = torch.zeros(heads, count, count, dtype=x.dtype)
        rows, theirs = placed(before)
        whole[:, theirs[:, None], theirs] = seen[:, rows[:, None], rows]
        logits.append(whole)
    end = F.layer_norm(x[0], x.shape[1:], get("norm.weight"), get("norm.bias"), 1e-6)
    exit = F.linear(end, get("head.weight"), get("head.bias"))
    return dict(logits=exit, tokens=tokens, relations=torch.cat(logits))


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(27)
    images = torch.randn(2, 3, IMAGE, IMAGE, generator=generator)
    np.save(out / "input.npy", images.numpy())
    tensors = {}
    for name, case in MODELS.items():
        tensors[name] = weights(case, generator)
        torch.save({"model_state_dict": tensors[name]}, out / f"{name}.pth")
    index = []
    for name, case in CASES.items():
        model = MODELS[case["model"]]
        doubles = {k: v.double() for k, v in tensors[case["model"]].items()}
        above = [None] * len(images)
        for i in range(3):
            above = [stage(model, i, doubles, image.double(), above[n], case["rates"][i], case["fuse"])
                     for n, image in enumerate(images)]
            layerwise = model["features"]["source"] == "CORRESPONDING_LAYER"
            given = {"logits": [one["logits"] for one in above]}
            if i < 2:
                given["layer_tokens" if layerwise else "tokens"] = [
                    torch.stack(one["tokens"]) if layerwise else one["tokens"][-1] for one in above]
                last = model["heads"][i] if layerwise else 0
                given["last_relations" if layerwise else "relations"] = [
                    one["relations"][-last:] for one in above]
            for output, values in given.items():
                assert all(value.isfinite().all() for value in values)
                np.save(out / f"{name}.exit{i + 1}.{output}.npy", torch.stack(values).float().numpy())
        index.append({"name": name, **case, **{k: model[k] for k in ("through", "features", "relations")}})
    (out / "index.json").write_text(json.dumps(index, indent=1) + "\n")


if __name__ == "__main__":
    main()
