"""Generated pictures and a tiny cascade: the whole suite takes seconds on one core."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
torch.set_num_threads(1)

COLOURS = {"blue": (40, 60, 200), "green": (40, 190, 60), "red": (200, 40, 50)}


def picture(colour, seed, side=16, mode="RGB"):
    noise = np.random.default_rng(seed).integers(-40, 40, (side, side, 3))
    image = Image.fromarray(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)).convert(mode)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def folder(tmp_path):
    """Class folders under train/: 20 pictures of 16x16 in each of three colours."""
    for label, colour in COLOURS.items():
        (tmp_path / "data/train" / label).mkdir(parents=True)
        for number in range(20):
            (tmp_path / "data/train" / label / f"{number:02}.png").write_bytes(picture(colour, number))
    return tmp_path / "data"


@pytest.fixture
def arguments(folder, tmp_path):
    """A parser's answer for a tiny run; more options may be given."""
    import train

    def parse(*more, output="run"):
        tiny = "--holdout 12 --image-size 16 --width 12 --depth 2 --heads 2 --batch 8 --epochs 3 --ema 0.9 --device cpu --no-bfloat16 --no-compile"
        grids = [] if "--grids" in more else ["--grids", "2", "4"]
        return train.parser().parse_args(["--data", str(folder), "--output", str(tmp_path / output), *tiny.split(), *grids, *more])

    return parse


@pytest.fixture(autouse=True)
def nothing_remembered():
    import train

    train.source_of.cache_clear()
    train.pictures_of.cache_clear()
