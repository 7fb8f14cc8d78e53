"""Cascade, plain ViT, adaptive-depth ViT and DynamicViT, with the authors' state-dict names.

Shapes: B batch, N tokens with class token, D width, H heads, L layers. Every model maps pictures [B, 3, S, S] to a list of
logits [B, classes], one per exit.
"""

import torch
from torch import nn
from torch.nn import functional as F

from dvt.geometry import CONTEXT, patch_of
from dvt.pruning import KeepPredictor
from dvt.reuse import Mlp, Upsample, context_mlp, relation_adapter

EPS = 1e-6
FUSED = hasattr(F, "scaled_dot_product_attention")  # PyTorch 2; on a GPU only, and never for logits that a later stage takes


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x, reused=None, keep=False, seen=None):
        """@param reused logits to add, [B, H, N, N] @param seen 1 for tokens that others look at, 0 for hidden ones, [B, N]
        @return (x, this block's logits after the addition where `keep`)"""
        batch, tokens, width = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        logits = None
        if FUSED and q.is_cuda and not keep and seen is None:
            mixed = F.scaled_dot_product_attention(q, k, v, None if reused is None else reused.to(q.dtype))
        else:
            logits = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
            logits = logits if reused is None else logits + reused  # Eq. 9
            mixed = (logits.softmax(-1) if seen is None else masked_softmax(logits, seen)).to(v.dtype) @ v
        return self.proj(mixed.transpose(1, 2).reshape(batch, tokens, width)), logits if keep else None


def masked_softmax(logits, seen):
    """Softmax over the tokens that are seen, and over oneself. @param logits [B, H, N, N] @param seen [B, N] @return float32"""
    tokens = seen.shape[1]
    seen = seen[:, None, None, :]
    looks = seen + (1 - seen) * torch.eye(tokens, device=seen.device)
    logits = logits.float()
    weights = (logits - logits.amax(-1, keepdim=True).detach()).exp() * looks
    return (weights + EPS / tokens) / (weights.sum(-1, keepdim=True) + EPS)


class Block(nn.Module):
    def __init__(self, geometry, features):
        super().__init__()
        d = geometry.width
        wide = d + CONTEXT if features else d
        self.norm1 = nn.LayerNorm(d, eps=EPS)
        self.attn = Attention(d, geometry.heads)
        self.norm2 = nn.LayerNorm(wide, eps=EPS)
        self.mlp = Mlp(wide, geometry.hidden, d)
        if features:
            self.feature_resuse_mlp = context_mlp(d, EPS)

    def forward(self, x, context=None, reused=None, keep=False, seen=None):
        """@param context [B, N, 48] joins x inside norm2 and the MLP's first layer (Eq. 5) @param seen as the attention's"""
        mixed, logits = self.attn(self.norm1(x), reused, keep, seen)
        x = x + mixed
        wide = x if context is None else torch.cat([x, context.to(x.dtype)], -1)
        return x + self.mlp(self.norm2(wide)), logits


class PatchEmbed(nn.Module):
    def __init__(self, geometry, grid):
        super().__init__()
        patch, padding = patch_of(geometry.image_size, grid)
        self.proj = nn.Conv2d(3, geometry.width, patch, patch, padding)

    def forward(self, pictures):
        return self.proj(pictures).flatten(2).transpose(1, 2)


class Stage(nn.Module):
    """One ViT. With an upstream grid it reuses that stage's features, relations, or both."""

    def __init__(self, geometry, grid, upstream=None):
        super().__init__()
        features = upstream is not None and geometry.features
        relations = upstream is not None and geometry.relations
        d, channels = geometry.width, geometry.depth * geometry.heads
        self.heads = geometry.heads
        self.cls_token = nn.Parameter(torch.zeros(1, 1, d))
        self.pos_embed = nn.Parameter(torch.zeros(1, grid * grid + 1, d))
        self.patch_embed = PatchEmbed(geometry, grid)
        self.blocks = nn.ModuleList(Block(geometry, features) for _ in range(geometry.depth))
        self.norm = nn.LayerNorm(d, eps=EPS)
        self.head = nn.Linear(d, geometry.classes)
        self.relation_reuse_conv = relation_adapter(channels) if relations else None
        self.upsample = Upsample(upstream, grid) if features or relations else None
        self.apply(_initialise)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        nn.init.trunc_normal_(self.cls_token, std=0.02)
        if relations:
            nn.init.zeros_(self.relation_reuse_conv[2].weight)

    def forward(self, pictures, tokens=None, relations=None, keep=False):
        """@param tokens what the upstream handed over, [B, n, D], before its last norm
        @param relations the upstream's attention logits, [B, L*H, n, n], layer-major
        @return (logits, tokens, relations where `keep`)"""
        x = self.embed(pictures)
        chunks = [None] * len(self.blocks)
        if self.relation_reuse_conv is not None:
            chunks = self.upsample.relations(self.relation_reuse_conv(relations)).split(self.heads, 1)
            if x.is_cuda:  # compiled blocks copy what does not begin at 16 bytes, with everything that lies between its rows
                chunks = [chunk.contiguous() for chunk in chunks]
        kept = []
        for block, reused in zip(self.blocks, chunks):
            context = self.upsample.context(block.feature_resuse_mlp(tokens)) if hasattr(block, "feature_resuse_mlp") else None
            x, logits = block(x, context, reused, keep)
            kept.append(logits)
        return self.head(self.norm(x)[:, 0]), x, torch.cat(kept, 1) if keep else None

    def embed(self, pictures):
        patches = self.patch_embed(pictures)
        first = self.cls_token.expand(len(patches), -1, -1).to(patches.dtype)
        return torch.cat([first, patches], 1) + self.pos_embed


class Cascade(nn.Module):
    """Stages with ever more tokens; the authors' prefixes are attribute names."""

    def __init__(self, geometry):
        super().__init__()
        self.geometry = geometry
        stages = [Stage(geometry, grid, geometry.grids[i - 1] if i else None) for i, grid in enumerate(geometry.grids)]
        self.names = [prefix.rstrip(".") for prefix in geometry.prefixes]
        if len(stages) > 3:
            self.stages = nn.ModuleDict({name.split(".")[1]: stage for name, stage in zip(self.names, stages)})
        else:
            for name, stage in zip(self.names, stages):
                setattr(self, name, stage)

    def parts(self):
        return list(self.stages.values()) if len(self.names) > 3 else [getattr(self, name) for name in self.names]

    def forward(self, pictures):
        return [logits for logits, _, _ in self.trace(pictures)]

    def trace(self, pictures):
        """@return per stage (logits, tokens, relations: None where no stage takes them)"""
        parts, seen = self.parts(), []
        tokens = relations = None
        for number, stage in enumerate(parts):
            keep = self.geometry.relations and number + 1 < len(parts)
            logits, tokens, relations = stage(pictures, tokens, relations, keep)
            seen.append((logits, tokens, relations))
        return seen


class PlainViT(Stage):
    """A DeiT without prefix; with exit layers it also classifies after these blocks."""

    def __init__(self, geometry):
        super().__init__(geometry, geometry.grids[0])
        self.geometry = geometry
        early = geometry.exit_layers
        self.exit_norms = nn.ModuleList(nn.LayerNorm(geometry.width, eps=EPS) for _ in early)
        self.exit_heads = nn.ModuleList(nn.Linear(geometry.width, geometry.classes) for _ in early)
        self.exit_heads.apply(_initialise)

    def parts(self):
        return [self]

    def forward(self, pictures):
        x, logits = self.embed(pictures), []
        for number, block in enumerate(self.blocks, 1):
            x, _ = block(x)
            if number in self.geometry.exit_layers:
                place = len(logits)
                logits.append(self.exit_heads[place](self.exit_norms[place](x)[:, 0]))
        return [*logits, self.head(self.norm(x)[:, 0])]

    def tokens(self, pictures):
        """@return all tokens after the last norm, [B, N, D]"""
        x = self.embed(pictures)
        for block in self.blocks:
            x, _ = block(x)
        return self.norm(x)


class DynamicViT(PlainViT):
    """Before each of the blocks `prune_at` a predictor drops tokens; the class token always stays."""

    def __init__(self, geometry):
        super().__init__(geometry)
        self.score_predictor = nn.ModuleList(KeepPredictor(geometry.width) for _ in geometry.prune_at)
        self.score_predictor.apply(_initialise)

    def forward(self, pictures):
        """Keeps the best tokens, as the exported graph does."""
        x, steps = self.embed(pictures), iter(zip(self.score_predictor, self.geometry.kept))
        for number, block in enumerate(self.blocks):
            if number in self.geometry.prune_at:
                x = _best(x, *next(steps))
            x, _ = block(x)
        return [self.head(self.norm(x)[:, 0])]

    def masked(self, pictures, decide):
        """The form for training: all tokens stay, and nobody looks at a dropped one.

        @param decide log-probabilities [B, n, 2] to decisions, 1 or 0, [B, n, 1]; once dropped stays dropped
        @return (logits, tokens after the last norm [B, n + 1, D], what every step leaves, [B, n, 1] each)
        """
        x, steps, decisions = self.embed(pictures), iter(self.score_predictor), []
        kept, seen = x.new_ones(len(x), x.shape[1] - 1, 1, dtype=torch.float32), None
        for number, block in enumerate(self.blocks):
            if number in self.geometry.prune_at:
                kept = kept * decide(next(steps)(x[:, 1:], kept))
                seen = F.pad(kept, (0, 0, 1, 0), value=1.0).squeeze(-1)
                decisions.append(kept)
            x, _ = block(x, seen=seen)
        x = self.norm(x)
        return self.head(x[:, 0]), x, decisions


def _best(x, predictor, count):
    places = x[:, 1:]
    scores = predictor(places, torch.ones_like(places[..., :1]))[..., 0]
    best = scores.topk(count, 1).indices[..., None].expand(-1, -1, x.shape[-1])
    return torch.cat([x[:, :1], places.gather(1, best)], 1)


def build(geometry):
    """The model of a geometry, with fresh weights."""
    if geometry.prune_at:
        return DynamicViT(geometry)
    return PlainViT(geometry) if len(geometry.grids) == 1 else Cascade(geometry)


def _initialise(module):
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
