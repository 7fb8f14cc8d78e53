"""What a stage takes from the stage before it (paper, Section 3.2)."""

import torch
from torch import nn
from torch.nn import functional as F

from dvt.geometry import CONTEXT, REUSE_HIDDEN, resize_through


def upsampling(source, target):
    """@return U, [target, source]: nearest to `resize_through(target)`, then adaptive average; every row sums to 1"""
    middle = resize_through(target)
    rows = torch.zeros(target, source)
    for row in range(target):
        first, last = row * middle // target, -(-(row + 1) * middle // target)
        for place in range(first, last):
            rows[row, place * source // middle] += 1 / (last - first)
    return rows


class Mlp(nn.Module):
    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, outputs)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


def context_mlp(width, eps):
    """LayerNorm and MLP of one block; the authors' name for it is `feature_resuse_mlp`."""
    return nn.Sequential(nn.LayerNorm(width, eps=eps), Mlp(width, REUSE_HIDDEN, CONTEXT))


def relation_adapter(channels):
    """1x1 convolutions over all layers' and heads' attention logits; starts at zero, that is without effect."""
    adapter = nn.Sequential(nn.Conv2d(channels, 3 * channels, 1), nn.GELU(), nn.Conv2d(3 * channels, channels, 1))
    nn.init.zeros_(adapter[2].weight)
    nn.init.zeros_(adapter[2].bias)
    return adapter


class Upsample(nn.Module):
    """Carries tokens and relations from one grid to a finer one, as matrix products (quick forward and backward)."""

    def __init__(self, source, target):
        super().__init__()
        rows = upsampling(source, target)
        grid = torch.kron(rows, rows)
        with_class = torch.block_diag(torch.ones(1, 1), grid)
        self.register_buffer("grid", grid, persistent=False)
        self.register_buffer("with_class", with_class, persistent=False)

    def context(self, embedding):
        """@param embedding [B, n, 48] with the class row @return [B, N, 48], zeros in the class row (Eq. 5)"""
        fine = self.grid.to(embedding.dtype) @ embedding[:, 1:]
        return F.pad(fine, (0, 0, 1, 0))

    def relations(self, logits):
        """@param logits [B, channels, n, n] @return [B, channels, N, N] = P logits P^T (Figure 5)"""
        p = self.with_class.to(logits.dtype)
        rows_done = F.linear(logits.transpose(-2, -1), p).transpose(-2, -1)
        return F.linear(rows_done, p)
