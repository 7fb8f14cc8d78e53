"""Exports a plain DeiT as a PyTorch user would: torch.onnx.export, opset 17, constants folded.

usage: python3 torch_export.py CHECKPOINT OUT.onnx [--heads 6] [--eps 1e-6]

The yardstick for the graphs of bin/dvt export. The model is written here in plain PyTorch; its
sizes come from the checkpoint's tensors.
"""
import argparse

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads)
        qkv = qkv.permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        attention = (q @ k.transpose(-2, -1) * self.scale).softmax(dim=-1)
        return self.proj((attention @ v).transpose(1, 2).reshape(batch, tokens, width))


class Mlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(nn.functional.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads, hidden, eps):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=eps)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=eps)
        self.mlp = Mlp(width, hidden)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbed(nn.Module):
    def __init__(self, width, kernel):
        super().__init__()
        self.proj = nn.Conv2d(3, width, kernel, kernel)

    def forward(self, image):
        return self.proj(image).flatten(2).transpose(1, 2)


class Deit(nn.Module):
    def __init__(self, weights, heads, eps):
        super().__init__()
        classes, width = weights["head.weight"].shape
        depth = sum(name.endswith("attn.qkv.weight") for name in weights)
        hidden = weights["blocks.0.mlp.fc1.weight"].shape[0]
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros_like(weights["pos_embed"], dtype=torch.float32))
        self.patch_embed = PatchEmbed(width, weights["patch_embed.proj.weight"].shape[-1])
        self.blocks = nn.ModuleList(Block(width, heads, hidden, eps) for _ in range(depth))
        self.norm = nn.LayerNorm(width, eps=eps)
        self.head = nn.Linear(width, classes)
        self.load_state_dict(weights)

    def forward(self, image):
        x = self.patch_embed(image)
        x = torch.cat((self.cls_token.expand(x.shape[0], -1, -1), x), dim=1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint")
    parser.add_argument("out")
    parser.add_argument("--heads", type=int, default=6)
    parser.add_argument("--eps", type=float, default=1e-6)
    parser.add_argument("--image-size", type=int, default=224)
    args = parser.parse_args()
    weights = torch.load(args.checkpoint, map_location="cpu")
    weights = weights.get("model", weights)
    model = Deit(weights, args.heads, args.eps).eval()
    image = torch.randn(2, 3, args.image_size, args.image_size)
    torch.onnx.export(
        model,
        image,
        args.out,
        input_names=["image"],
        output_names=["logits"],
        dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}},
        opset_version=17,
        do_constant_folding=True,
    )


if __name__ == "__main__":
    main()
