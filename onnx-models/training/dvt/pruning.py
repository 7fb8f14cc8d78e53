"""DynamicViT (Rao et al., 2021): small predictors tell which tokens go on.

In training a drawn decision hides a token from the others; in answers, as in the exported graph, only the best tokens stay.
"""

import torch
from torch import nn
from torch.nn import functional as F

# the authors' weights of the losses beside the classification's
RATIO, ANSWERS, TOKENS = 2.0, 0.5, 0.5


class KeepPredictor(nn.Module):
    """From a token's own features and the average of all: keep it or drop it. Names as the authors'."""

    def __init__(self, width):
        super().__init__()
        half, quarter = width // 2, width // 4
        self.in_conv = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.GELU())
        self.out_conv = nn.Sequential(nn.Linear(width, half), nn.GELU(), nn.Linear(half, quarter), nn.GELU(), nn.Linear(quarter, 2))

    def forward(self, places, kept):
        """@param places [B, n, D] @param kept 1 or 0, [B, n, 1] @return log-probability of keeping and of dropping, [B, n, 2]"""
        own, whole = self.in_conv(places).chunk(2, -1)
        whole = (whole * kept).sum(1, keepdim=True) / kept.sum(1, keepdim=True).clamp(min=1)
        return self.out_conv(torch.cat([own, whole.expand_as(own).to(own.dtype)], -1)).float().log_softmax(-1)


def drawn(scores, generator):
    """Gumbel-softmax: 1 or 0 forward, the soft probability's gradient backward. @param scores [B, n, 2] @return [B, n, 1]"""
    noise = -torch.empty_like(scores).exponential_(generator=generator).log()
    soft = (scores + noise).softmax(-1)[..., :1]
    return (soft > 0.5).to(soft.dtype) - soft.detach() + soft


class Distilled:
    """What a DynamicViT is trained for: the classes, the share of tokens kept, and its start's answers and tokens.

    @param teacher the start, a plain ViT on the device @param answers whether its classes are the model's
    """

    def __init__(self, teacher, answers):
        self.teacher, self.answers = teacher.eval(), answers

    def __call__(self, model, x, targets, generator):
        """@return the four losses, weighted, [4]"""
        with torch.no_grad():
            tokens_wanted = self.teacher.tokens(x)
            answer_wanted = self.teacher.head(tokens_wanted[:, 0]).float().log_softmax(-1)
        logits, tokens, decisions = model.masked(x, lambda scores: drawn(scores, generator))
        logits, kept = logits.float(), decisions[-1].detach()
        rate = model.geometry.keep_rate
        missed = torch.stack([(left.mean(1) - rate**step).square().mean() for step, left in enumerate(decisions, 1)])
        off = (tokens[:, 1:] - tokens_wanted[:, 1:]).float().square() * kept
        answer = F.kl_div(logits.log_softmax(-1), answer_wanted, reduction="batchmean", log_target=True) if self.answers else logits.new_zeros(())
        return torch.stack([
            F.cross_entropy(logits, targets),
            RATIO * missed.mean(),
            ANSWERS * answer,
            TOKENS * off.sum() / (kept.sum() * off.shape[-1]).clamp(min=1),
        ])  # fmt: skip
