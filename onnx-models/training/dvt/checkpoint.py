"""Files: the state to go on from, and the release that `bin/dvt export` reads."""

import contextlib
import inspect
import io
import os
import pickle
import pickletools
import re
import zipfile
from pathlib import Path

import torch

from dvt.errors import TrainingError
from dvt.geometry import Geometry
from dvt.model import build

HARMLESS = {
    "collections.OrderedDict",
    "argparse.Namespace",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_parameter",
    "builtins.set",
    "_codecs.encode",
}
UNGUARDED = {"weights_only": False} if "weights_only" in inspect.signature(torch.load).parameters else {}
PATHS = ("data", "holdout", "start", "teacher")
WRAPPERS = ("model_state_dict", "state_dict_ema", "state_dict", "model")


def save(content, path):
    """Whole or not at all: written beside, then renamed; a full disk leaves the file from before."""
    path = Path(path)
    beside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = io.BytesIO()  # PyTorch 1.13 ends the process when its own writer finds the disk full
        torch.save(content, whole)
        beside.write_bytes(whole.getbuffer())
        os.replace(beside, path)
    except (OSError, RuntimeError) as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        kept = "; the file from before is whole" if path.exists() else ""
        raise TrainingError(f"save: {path}: {str(error).splitlines()[0]} (expected: room on the disk and a writable folder{kept})") from error


def writable(folder):
    """Fails before the training rather than after it."""
    trial = Path(folder) / "writable.part"
    try:
        trial.parent.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(b"0")
    except OSError as error:
        raise TrainingError(f"--output: {folder}: {error.strerror} (expected: a writable folder, and room on the disk)") from error
    finally:
        with contextlib.suppress(OSError):
            trial.unlink()


def load(path):
    """Tensors and plain values only: a file that names anything else is refused before it can run."""
    try:
        for place in _names_in(path) - HARMLESS:
            if not re.fullmatch(r"torch(\.storage)?\.\w+Storage", place):
                raise pickle.UnpicklingError(f"it names {place}")
        return torch.load(path, map_location="cpu", **UNGUARDED)
    except FileNotFoundError as error:
        raise TrainingError(f"checkpoint: {path}: not found (expected: a PyTorch file)") from error
    except (OSError, RuntimeError, EOFError, KeyError, ValueError, pickle.UnpicklingError, zipfile.BadZipFile) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise TrainingError(f"checkpoint: {path}: {said} (expected: a PyTorch file of tensors and plain values)") from error


def _names_in(path):
    """@return every class or function that the pickles of a file would look up, read without unpickling"""
    with open(path, "rb") as file:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                pickles = [name for name in archive.namelist() if name.endswith(".pkl")]
                if [name.rsplit("/", 1)[-1] for name in pickles] != ["data.pkl"]:
                    raise pickle.UnpicklingError(f"pickles {pickles}, not one data.pkl")
                streams = [io.BytesIO(archive.read(pickles[0]))]
        else:
            streams = [file] * 5  # the legacy container: five pickles one after another
        names = set()
        file.seek(0)
        for stream in streams:
            for opcode, argument, _ in pickletools.genops(stream):
                if opcode.name in ("GLOBAL", "INST"):
                    names.add(argument.replace(" ", ".").replace("__builtin__.", "builtins."))
                elif opcode.name in ("STACK_GLOBAL", "EXT1", "EXT2", "EXT4"):
                    raise pickle.UnpicklingError(f"opcode {opcode.name}")
        return names


def weights_of(content, path):
    """@return the state dict inside any usual wrapper, float32, without a leading `module.`"""
    if not isinstance(content, dict):
        raise TrainingError(f"checkpoint: {path}: a {type(content).__name__} (expected: a dict of tensors)")
    inner = next((content[key] for key in WRAPPERS if isinstance(content.get(key), dict)), content)
    weights = {key[7:] if key.startswith("module.") else key: value for key, value in inner.items() if torch.is_tensor(value)}
    if not weights:
        raise TrainingError(f"checkpoint: {path}: no tensors (expected: a state dict, bare or in {', '.join(WRAPPERS)})")
    return {key: value.float() if value.is_floating_point() else value for key, value in weights.items()}


def release(weights, geometry, args, accuracy, dtype):
    """The official layout. @param accuracy held-out accuracy of every exit, 0..1

    Of the paths among the arguments only the last part is kept: a release tells nothing about the machine.
    """
    told = {name: _last_part(value) if name in PATHS else value for name, value in args.items() if name != "output"}
    return {
        "model_state_dict": {key: value.to("cpu", dtype) for key, value in weights.items()},
        "flops": geometry.gflops(),
        "anytime_classification": [round(100 * value, 2) for value in accuracy],
        "args": {**told, "geometry": geometry.to_dict()},
    }


def _last_part(value):
    return [Path(path).name for path in value] if isinstance(value, list) else value and Path(value).name


def open_release(path):
    """@return (model with its weights, its arguments) of a file written by `release`"""
    content = load(path)
    args = content.get("args") if isinstance(content, dict) else None
    if not isinstance(args, dict) or "geometry" not in args:
        raise TrainingError(f"checkpoint: {path}: no geometry in its args (expected: a file written by this recipe)")
    model = build(Geometry.from_dict(args["geometry"]))
    model.load_state_dict(weights_of(content, path))
    return model.eval(), args
