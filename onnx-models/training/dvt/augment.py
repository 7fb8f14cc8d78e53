"""Augmentation as batched tensor programs: one resampling for all geometry, then colour, then mixing.

Pictures are float [B, 3, S, S] in 0..1. All randomness comes from the generator given, so a step can be repeated.
In the manner of RandAugment every picture draws `operations` of the list below; to stay one tensor program they run
in a fixed order, with neutral parameters where a picture did not draw them.
"""

import math
from dataclasses import dataclass

import torch
from torch.nn import functional as F

GEOMETRIC = ("rotate", "shear_x", "shear_y", "shift_x", "shift_y")
COLOUR = ("brightness", "contrast", "saturation", "sharpness", "posterize", "solarize", "autocontrast")
GREY = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class Recipe:
    """crop: "shift" moves by up to an eighth of the side (reflected); "area" cuts 40 to 100 % of the picture."""

    crop: str = "shift"
    operations: int = 2
    strength: float = 0.5
    mix: float = 0.8
    least_area: float = 0.4


class Augment:
    def __init__(self, recipe, image_size):
        self.recipe = recipe
        self.size = image_size

    def __call__(self, images, generator):
        """@param images uint8 [B, 3, any, any] @return float [B, 3, S, S] in 0..1"""
        x = images.float() / 255
        draw = lambda *shape: torch.rand(*shape, generator=generator, device=x.device)
        amounts = self._amounts(len(x), draw)
        return self._colour(self._geometry(x, amounts, draw), amounts)

    def _amounts(self, batch, draw):
        """@return per operation a signed amount in -strength..strength, [B], zero where it was not drawn"""
        operations = GEOMETRIC + COLOUR
        ranks = draw(batch, len(operations)).argsort(1).argsort(1)
        signed = (2 * draw(batch, len(operations)) - 1) * self.recipe.strength
        return dict(zip(operations, (signed * (ranks < self.recipe.operations)).unbind(1)))

    def _geometry(self, x, amounts, draw):
        """Crop, flip and the geometric operations as one affine map and one bilinear resampling."""
        batch = len(x)
        one, zero = torch.ones(batch, device=x.device), torch.zeros(batch, device=x.device)
        flip = torch.where(draw(batch) < 0.5, -one, one)
        if self.recipe.crop == "area":
            area = self.recipe.least_area + (1 - self.recipe.least_area) * draw(batch)
            ratio = torch.exp((2 * draw(batch) - 1) * math.log(4 / 3))
            wide, high = (area * ratio).sqrt().clamp(max=1), (area / ratio).sqrt().clamp(max=1)
            left, top = (1 - wide) * (2 * draw(batch) - 1), (1 - high) * (2 * draw(batch) - 1)
        else:
            wide = high = one
            reach = max(x.shape[-1] // 8, 1)
            left, top = (((2 * reach + 1) * draw(batch)).floor() - reach for _ in range(2))
            left, top = left * 2 / x.shape[-1], top * 2 / x.shape[-1]
        angle = amounts["rotate"] * math.radians(60)
        shear_x, shear_y = amounts["shear_x"] * 0.6, amounts["shear_y"] * 0.6
        cos, sin = angle.cos(), angle.sin()
        # rows of [crop and flip] x [rotation] x [shear]; shifts are in units of the crop
        a, b = cos - sin * shear_y, cos * shear_x - sin
        c, d = sin + cos * shear_y, sin * shear_x + cos
        affine = torch.stack([
            torch.stack([wide * flip * a, wide * flip * b, left + wide * amounts["shift_x"]], 1),
            torch.stack([high * c, high * d, top + high * amounts["shift_y"]], 1),
        ], 1)  # fmt: skip
        grid = F.affine_grid(affine, [batch, 3, self.size, self.size], align_corners=False)
        return F.grid_sample(x, grid, mode="bilinear", padding_mode="reflection", align_corners=False)

    def _colour(self, x, amounts):
        wide = {name: amounts[name][:, None, None, None] for name in COLOUR}
        drawn = {name: wide[name] != 0 for name in ("posterize", "solarize", "autocontrast")}
        x = x * (1 + 1.6 * wide["brightness"])
        mean = _luma(x).mean((2, 3), keepdim=True)
        x = mean + (x - mean) * (1 + 1.6 * wide["contrast"])
        luma = _luma(x)
        x = luma + (x - luma) * (1 + 1.6 * wide["saturation"])
        blurred = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), 3, 1)
        x = blurred + (x - blurred) * (1 + 1.6 * wide["sharpness"])
        x = x.clamp(0, 1)
        levels = 2 ** (7 - 8 * wide["posterize"].abs()).round().clamp(min=2) - 1
        x = torch.where(drawn["posterize"], (x * levels).round() / levels, x)
        x = torch.where(drawn["solarize"] & (x > 1 - 0.8 * wide["solarize"].abs()), 1 - x, x)
        low, high = x.amin((2, 3), keepdim=True), x.amax((2, 3), keepdim=True)
        return torch.where(drawn["autocontrast"], (x - low) / (high - low).clamp(min=1e-3), x)


def _luma(x):
    """By numbers, not by a tensor: one made here would be copied to the GPU in every step, which waits for it."""
    return sum(share * x[:, channel : channel + 1] for channel, share in enumerate(GREY))


def mix(x, targets, share, generator):
    """Mixup or CutMix, half and half, on a `share` of the pictures; the partner is the batch in reverse.

    @param targets class distribution [B, classes] @return both mixed, with a weight from Beta(1, 1) per picture
    """
    batch, _, height, width = x.shape
    draw = lambda *shape: torch.rand(*shape, generator=generator, device=x.device)
    weight = torch.where(draw(batch) < share, draw(batch), torch.ones(batch, device=x.device))
    cut = draw(batch) < 0.5
    side = (1 - weight).sqrt()
    inside = _within(draw(batch), side, height)[:, :, None] & _within(draw(batch), side, width)[:, None, :]
    weight = torch.where(cut, 1 - inside.float().mean((1, 2)), weight)
    keep = torch.where(cut[:, None, None], 1 - inside.float(), weight[:, None, None])[:, None]
    return x * keep + x.flip(0) * (1 - keep), targets * weight[:, None] + targets.flip(0) * (1 - weight[:, None])


def _within(centre, side, length):
    places = (torch.arange(length, device=centre.device) + 0.5) / length
    return (places[None] - centre[:, None]).abs() < side[:, None] / 2
