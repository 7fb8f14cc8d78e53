"""Class folders, or tars of them, decoded once to uint8.

A picture is `<split>/<class>/<file>` or `<class>/<file>`; its name here is always `<class>/<file>`.
"""

import io
import os
import tarfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from dvt.errors import TrainingError

SPLITS = ("train", "training", "val", "valid", "validation", "test")
SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp")
UNREADABLE_LIMIT = 0.01


@dataclass
class Pictures:
    """Decoded pictures. images uint8 [n, 3, S, S]; labels int64 [n], an index into classes; names `<class>/<file>`."""

    images: torch.Tensor
    labels: torch.Tensor
    names: list
    classes: list

    def __len__(self):
        return len(self.names)

    def to(self, device):
        return Pictures(self.images.to(device), self.labels.to(device), self.names, self.classes)


class Source:
    """The encoded pictures of one split, from folders and tars; read once, split as often as needed."""

    def __init__(self, paths, split="train"):
        self.encoded, self.unreadable = {}, set()
        for path in paths:
            for place, content in _walk(Path(path)):
                parts = place.split("/")
                inside = parts[:-2]
                named = inside[-1].lower() if inside else split
                wrong_split = named in SPLITS and _same_split(named) != _same_split(split)
                if len(parts) >= 2 and not wrong_split and not any(part.startswith(".") for part in parts):
                    self.encoded["/".join(parts[-2:])] = content
        self.names = sorted(self.encoded)
        self.classes = sorted({name.split("/")[0] for name in self.names} | _empty_classes(paths, split))
        if not self.names:
            raise TrainingError(f"data: no picture of split '{split}' in {', '.join(map(str, paths))} (expected: <class>/<file> or {split}/<class>/<file>)")
        full = {name.split("/")[0] for name in self.names}
        empty = [label for label in self.classes if label not in full]
        if empty:
            raise TrainingError(f"data: class {', '.join(empty)} has no picture (expected: at least one in every class folder)")

    def decode(self, names, decoder, classes=None, report=print):
        """@param decoder bytes to uint8 [S, S, 3] @param classes the model's labels in order, this data's own by default"""
        classes = list(classes or self.classes)
        strangers = sorted({name.split("/")[0] for name in names} - set(classes))
        if strangers:
            raise TrainingError(f"classes: data has {', '.join(strangers)} (expected: only {', '.join(classes)})")
        with ThreadPoolExecutor(os.cpu_count()) as workers:
            images = list(workers.map(lambda name: _try(decoder, self.encoded[name]), names))
        bad = [name for name, image in zip(names, images) if image is None]
        if bad:
            report(f"data: {len(bad)} of {len(names)} pictures unreadable and left out: {', '.join(bad[:10])}{' ...' if len(bad) > 10 else ''}")
        self.unreadable.update(bad)
        if len(self.unreadable) > UNREADABLE_LIMIT * len(self.names):
            raise TrainingError(f"data: {len(self.unreadable)} of {len(self.names)} pictures unreadable (expected: at most {UNREADABLE_LIMIT:.0%})")
        good = [(name, image) for name, image in zip(names, images) if image is not None]
        if not good:
            raise TrainingError(f"data: none of {len(names)} pictures can be read (expected: at least one)")
        stacked = torch.from_numpy(np.stack([image for _, image in good])).permute(0, 3, 1, 2).contiguous()
        labels = torch.tensor([classes.index(name.split("/")[0]) for name, _ in good])
        return Pictures(stacked, labels, [name for name, _ in good], classes)

    def common_side(self):
        """@return the side that all pictures share, or None when sizes differ or are not square"""
        sizes = {size for size in map(_size, self.encoded.values()) if size}
        width, height = sizes.pop() if len(sizes) == 1 else (0, 1)
        return width if width == height else None


def fit(side, resize=None):
    """A decoder to side x side: the whole picture resized, or the shorter side to `resize` and the centre cut out."""

    def decoder(content):
        image = Image.open(io.BytesIO(content)).convert("RGB")  # EXIF rotation is ignored, as by the server
        if resize:
            short = min(image.size)
            scaled = [resize if edge == short else int(resize * edge / short) for edge in image.size]
            image = image.resize(scaled, Image.BICUBIC)
            left, top = (int(round((edge - side) / 2)) for edge in scaled)
            image = image.crop((left, top, left + side, top + side))
        elif image.size != (side, side):
            image = image.resize((side, side), Image.BICUBIC)
        return np.asarray(image)

    return decoder


def _walk(path):
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file() and file.suffix.lower() in SUFFIXES:
                yield _place(path.name, file.relative_to(path).as_posix()), file.read_bytes()
        return
    try:
        with tarfile.open(path) as tar:
            for member in tar:
                if member.isfile() and member.name.lower().endswith(SUFFIXES):
                    yield member.name.removeprefix("./"), tar.extractfile(member).read()
    except (OSError, EOFError, tarfile.TarError) as error:
        raise TrainingError(f"data: {path}: {error} (expected: a folder, tar or tar.gz of class folders)") from error


def _place(root, inside):
    return f"{root}/{inside}" if root.lower() in SPLITS and inside.count("/") == 1 else inside


def _empty_classes(paths, split):
    """Class folders, in folders on disk, that hold nothing; a tar rarely names its empty folders."""
    found = set()
    for path in map(Path, paths):
        root = path / split if (path / split).is_dir() else path
        if root.is_dir():
            found |= {child.name for child in root.iterdir() if child.is_dir() and child.name.lower() not in SPLITS and not child.name.startswith(".")}
    return found


def _same_split(name):
    return {"training": "train", "valid": "val", "validation": "val"}.get(name, name)


def _try(decoder, content):
    try:
        return decoder(content)
    except Exception:  # Pillow raises many types on broken bytes; the caller counts and names them
        return None


def _size(content):
    try:
        return Image.open(io.BytesIO(content)).size
    except Exception:
        return None
