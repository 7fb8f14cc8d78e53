"""What a model looks like: pure numbers, no tensors. And what a picture costs in it.

A FLOP is one multiply-add, as in the papers and in fvcore.
"""

from dataclasses import asdict, dataclass, fields

from dvt.errors import TrainingError

CONTEXT = 48  # columns of the context embedding (paper, Eq. 5)
REUSE_HIDDEN = 128  # hidden width of the MLP that makes it
HEAD_WIDTH = 64
AUTHORS_PREFIXES = {1: [""], 2: ["less_less_token.", "normal_token."], 3: ["less_less_token.", "less_token.", "normal_token."]}


@dataclass(frozen=True)
class Geometry:
    """A cascade with one stage per grid; one grid is a plain ViT. With `exit_layers`, one plain ViT with a classifier
    after each of these blocks too (adaptive depth, the paper's Table 10). With `prune_at`, one plain ViT that drops tokens
    before each of these blocks, from 0: after the i-th of them keep_rate^i of its places are left (DynamicViT)."""

    image_size: int
    grids: tuple
    width: int
    depth: int
    heads: int
    mlp_ratio: float
    classes: int
    features: bool = False
    relations: bool = False
    exit_layers: tuple = ()
    prune_at: tuple = ()
    keep_rate: float = None

    def __post_init__(self):
        object.__setattr__(self, "grids", tuple(self.grids))
        object.__setattr__(self, "exit_layers", tuple(self.exit_layers))
        if not self.grids or list(self.grids) != sorted(set(self.grids)):
            raise TrainingError(f"grids: {list(self.grids)} (expected: at least one, strictly ascending)")
        if self.width % self.heads:
            raise TrainingError(f"heads: {self.heads} (expected: a divisor of the width {self.width})")
        if self.exit_layers and (len(self.grids) > 1 or not all(0 < e < self.depth for e in self.exit_layers)):
            raise TrainingError(f"exit layers: {list(self.exit_layers)} (expected: one grid, and numbers from 1 to {self.depth - 1})")
        for grid in self.grids:
            patch_of(self.image_size, grid)
        object.__setattr__(self, "prune_at", tuple(self.prune_at))
        if self.prune_at:
            self._check_pruning()

    def _check_pruning(self):
        at = list(self.prune_at)
        if len(self.grids) > 1 or self.exit_layers:
            raise TrainingError(f"grids: {list(self.grids)}, exit layers: {list(self.exit_layers)} (expected: one grid, no exit layers, where tokens are dropped)")
        if at != sorted(set(at)) or not all(0 <= layer < self.depth for layer in at):
            raise TrainingError(f"prune at: {at} (expected: blocks from 0 to {self.depth - 1}, ascending, each once)")
        if not self.keep_rate or not 0 < self.keep_rate < 1:
            raise TrainingError(f"keep rate: {self.keep_rate} (expected: above 0, below 1)")
        if self.kept[-1] < 1:
            raise TrainingError(f"keep rate: {self.keep_rate} leaves {self.kept} of {self.grids[0] ** 2} tokens (expected: at least one)")
        if self.width % 4:
            raise TrainingError(f"width: {self.width} (expected: a multiple of 4 for the predictors)")

    @property
    def exits(self):
        return len(self.grids) + len(self.exit_layers)

    @property
    def prefixes(self):
        """State-dict prefix of every stage, first stage first: the authors' names up to three stages."""
        stages = len(self.grids)
        return AUTHORS_PREFIXES.get(stages) or [f"stages.{n}." for n in range(1, stages + 1)]

    @property
    def reuse(self):
        return reuse_of(self.features, self.relations)

    @property
    def kept(self):
        """Tokens beside the class token that each step of `prune_at` leaves; rounded down, as the exporter does."""
        return [int(self.grids[0] ** 2 * self.keep_rate**step) for step in range(1, len(self.prune_at) + 1)]

    @property
    def hidden(self):
        return int(self.width * self.mlp_ratio)

    def gflops(self):
        """Cumulative cost of every exit, counted by fvcore's rules (matrix products, LayerNorm, upsampling)."""
        if self.prune_at:
            return [self._pruned() / 1e9]
        if self.exit_layers:
            grid = self.grids[0]
            ends = [*self.exit_layers, self.depth]
            heads = [(e + 1) * self._head(grid * grid + 1) for e in range(len(ends))]
            return [(self._front(grid) + end * self._block(grid * grid + 1, 0) + head) / 1e9 for end, head in zip(ends, heads)]
        total, costs = 0, []
        for number, grid in enumerate(self.grids):
            total += self._stage(grid, self.grids[number - 1] if number else None)
            costs.append(total / 1e9)
        return costs

    def _stage(self, grid, upstream):
        tokens = grid * grid + 1
        reuses = upstream is not None
        cost = self._front(grid) + self._head(tokens)
        cost += self.depth * self._block(tokens, CONTEXT if reuses and self.features else 0)
        if reuses and (self.features or self.relations):
            before, middle = upstream * upstream + 1, resize_through(grid)
            if self.features:
                adapter = before * (REUSE_HIDDEN * self.width + REUSE_HIDDEN * CONTEXT) + 5 * before * self.width
                cost += self.depth * (adapter + 2 * CONTEXT * middle**2)
            if self.relations:
                channels = self.depth * self.heads
                cost += 6 * channels**2 * before**2 + 2 * channels * middle**2 * (before + tokens)
        return cost

    def _pruned(self):
        cost, places, left = self._front(self.grids[0]), self.grids[0] ** 2, iter(self.kept)
        for layer in range(self.depth):
            if layer in self.prune_at:
                cost += places * (13 * self.width**2 // 8 + self.width // 2 + 5 * self.width)  # the predictor
                places = next(left)
            cost += self._block(places + 1, 0)
        return cost + self._head(places + 1)

    def _front(self, grid):
        return grid**2 * 3 * patch_of(self.image_size, grid)[0] ** 2 * self.width

    def _block(self, tokens, context):
        d, m = self.width, self.hidden
        products = 4 * tokens * d * d + 2 * tokens**2 * d + tokens * (d + context) * m + tokens * m * d
        return products + 5 * (tokens * d + tokens * (d + context))

    def _head(self, tokens):
        return 5 * tokens * self.width + self.width * self.classes

    def to_dict(self):
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values):
        return cls(**{field.name: values[field.name] for field in fields(cls) if field.name in values})


def reuse_of(features, relations):
    return {(True, True): "both", (True, False): "features", (False, True): "relations", (False, False): "none"}[features, relations]


def quarters(depth):
    """@return the blocks before which tokens are dropped unless told: 3, 6 and 9 of 12, as the exporter's default"""
    return sorted({depth * step // 4 for step in (1, 2, 3)})


def patch_of(image_size, grid):
    """@return (kernel and stride, zero padding) that cover the picture with grid x grid patches, e.g. 224, 10 -> 23, 3"""
    for patch in (-(-image_size // grid), -(-image_size // grid) + 1):
        padding, odd = divmod(patch * grid - image_size, 2)
        if not odd and padding < patch:
            return patch, padding
    raise TrainingError(f"grid: {grid} (expected: one that covers {image_size} pixels with an equal padding on both sides)")


def resize_through(grid):
    """The authors resize nearest to 14 (for 10) or 20 (for 14) and average from there; other grids are plain nearest."""
    return {10: 14, 14: 20}.get(grid, grid)
