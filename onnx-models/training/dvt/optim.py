"""Muon for the blocks' matrices, AdamW for the rest, and the schedule of both."""

import math
from collections import defaultdict
from inspect import signature

import torch
from torch import nn

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


class Muon(torch.optim.Optimizer):
    """Momentum, made orthogonal by five Newton-Schulz steps (Jordan et al., 2024), scaled to AdamW's update size.

    Matrices of one shape are worked on as one batch; a fused query-key-value matrix counts as three.
    """

    def __init__(self, groups, momentum=0.95, weight_decay=0.05):
        super().__init__(groups, dict(lr=0.0, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            matrices = [matrix for matrix in group["params"] if matrix.grad is not None]
            for matrix in matrices:
                if not self.state[matrix]:
                    self.state[matrix]["momentum"] = torch.zeros_like(matrix)
            gradients, kept = [m.grad for m in matrices], [self.state[m]["momentum"] for m in matrices]
            keep = group["momentum"]
            torch._foreach_mul_(kept, keep)
            torch._foreach_add_(kept, gradients, alpha=1 - keep)
            ahead = torch._foreach_mul(kept, keep)  # Nesterov's look ahead
            torch._foreach_add_(ahead, gradients, alpha=1 - keep)
            by_shape = defaultdict(list)
            for matrix, update in zip(matrices, ahead):
                for pair in zip(_pieces(matrix), _pieces(update)):
                    by_shape[tuple(pair[0].shape)].append(pair)
            for (rows, columns), pairs in by_shape.items():
                updates = orthogonal(torch.stack([update for _, update in pairs]))
                rate = group["lr"] * 0.2 * math.sqrt(max(rows, columns))
                pieces = [piece for piece, _ in pairs]
                torch._foreach_mul_(pieces, 1 - group["lr"] * group["weight_decay"])
                torch._foreach_add_(pieces, list(updates.to(pieces[0].dtype).unbind(0)), alpha=-rate)


def _pieces(matrix):
    rows, columns = matrix.shape
    return matrix.chunk(3) if rows == 3 * columns else [matrix]


def orthogonal(matrices):
    """@param matrices [k, rows, columns] @return roughly the nearest orthogonal matrices, bfloat16 on a GPU"""
    a, b, c = NEWTON_SCHULZ
    x = matrices.bfloat16() if matrices.is_cuda else matrices
    tall = x.shape[-2] > x.shape[-1]
    x = x.transpose(-2, -1) if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        square = x @ x.transpose(-2, -1)
        x = a * x + (b * square + c * square @ square) @ x
    return x.transpose(-2, -1) if tall else x


class Optimizers:
    """All parameters of a model, in groups with their own base rate.

    @param fresh names of parameters that learn `fresh_factor` times as fast (new parts of a grown model)
    """

    def __init__(self, model, kind, rate, matrix_rate, weight_decay, fresh=frozenset(), fresh_factor=4.0):
        groups = defaultdict(list)
        for name, parameter in model.named_parameters():
            matrix = parameter.ndim == 2
            by_muon = kind == "muon" and matrix and ".blocks." in f".{name}"
            groups[by_muon, matrix or parameter.ndim == 4, name in fresh].append(parameter)
        muon, adamw = [], []
        for (by_muon, decays, new), parameters in groups.items():
            base = (matrix_rate if by_muon else rate) * (fresh_factor if new else 1.0)
            group = dict(params=parameters, base=base, weight_decay=weight_decay if decays else 0.0)
            (muon if by_muon else adamw).append(group)
        self.parameters = [p for group in muon + adamw for p in group["params"]]
        fused = {"fused": True} if self.parameters[0].is_cuda and "fused" in signature(torch.optim.AdamW).parameters else {}
        self.all = ([Muon(muon)] if muon else []) + [torch.optim.AdamW(adamw, lr=rate, betas=(0.9, 0.98), **fused)]

    def step(self, factor, clip):
        """@param factor of every base rate, 0..1 @param clip largest norm of the whole gradient"""
        nn.utils.clip_grad_norm_(self.parameters, clip)
        for optimizer in self.all:
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    def state_dict(self):
        return [optimizer.state_dict() for optimizer in self.all]

    def load_state_dict(self, states):
        for optimizer, state in zip(self.all, states):
            optimizer.load_state_dict(state)


def rate_factor(progress, warm_up=0.05, last=0.01):
    """Linear warm-up, then a cosine from 1 to `last`. @param progress share of the run, 0..1"""
    if progress < warm_up:
        return (progress + 1e-3) / (warm_up + 1e-3)
    along = min((progress - warm_up) / (1 - warm_up), 1.0)
    return last + (1 - last) * (1 + math.cos(math.pi * along)) / 2


class Average:
    """Exponential moving average of a model's weights, quick at first: decay min(decay, (1 + n) / (10 + n))."""

    def __init__(self, model, copy, decay):
        self.model, self.copy, self.decay = model, copy.requires_grad_(False).eval(), decay
        self.updates = 0
        copy.load_state_dict(model.state_dict())

    @torch.no_grad()
    def update(self):
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        self.updates += 1
        averages, weights = list(self.copy.parameters()), [p.detach() for p in self.model.parameters()]
        torch._foreach_mul_(averages, decay)
        torch._foreach_add_(averages, weights, alpha=1 - decay)
