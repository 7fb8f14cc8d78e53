"""Asks a served ImageNet model about a folder of pictures in three forms, and compares the answers with expected ones.

usage: python3 agreement.py HOST:PORT MODEL PICTURES EXPECTED.json

Forms: the files (BYTES), decoded pictures (UINT8, any size) and normalised tensors (FP32, prepared with Pillow). EXPECTED.json:
{"rows": [{"file", "class", "top5": [...], "margin"}, ...]}; class: the right one, top5: what PyTorch answered.
"""
import json
import sys
from math import sqrt
from pathlib import Path

import numpy as np
import tritonclient.grpc as triton
from PIL import Image

MEAN, STD = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])


def encoded(path):
    return np.array([path.read_bytes()], dtype=np.object_), "BYTES"


def decoded(path):
    return np.asarray(Image.open(path).convert("RGB"))[None], "UINT8"


def normalised(path):
    picture = Image.open(path).convert("RGB")
    scale = 256 / min(picture.size)
    width, height = (256 if side == min(picture.size) else int(side * scale) for side in picture.size)
    picture = picture.resize((width, height), Image.BICUBIC)
    left, top = round((width - 224) / 2), round((height - 224) / 2)
    pixels = np.asarray(picture.crop((left, top, left + 224, top + 224)), np.float32) / 255
    return ((pixels - MEAN) / STD).transpose(2, 0, 1)[None].copy(), "FP32"


def ask(client, model, tensor, datatype):
    image = triton.InferInput("image", list(tensor.shape), datatype)
    image.set_data_from_numpy(tensor)
    return client.infer(model, [image], outputs=[triton.InferRequestedOutput("logits")]).as_numpy("logits")[0]


def interval(right, count, z=1.96):
    share, scale = right / count, 1 + z * z / count
    centre = (share + z * z / (2 * count)) / scale
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / scale
    return f"{share:.3f} [{centre - half:.3f}, {centre + half:.3f}]"


def main():
    server, model, pictures, expected = sys.argv[1:]
    client = triton.InferenceServerClient(server)
    rows = json.loads(Path(expected).read_text())["rows"]
    for form in (encoded, decoded, normalised):
        answers = [int(ask(client, model, *form(Path(pictures, row["file"]))).argmax()) for row in rows]
        right = sum(answer == row["class"] for answer, row in zip(answers, rows))
        other = [row for answer, row in zip(answers, rows) if answer != row["top5"][0]]
        margin = max((row["margin"] for row in other), default=0)
        print(f"{form.__name__:10} right {interval(right, len(rows))}  as PyTorch {len(rows) - len(other)}/{len(rows)}, largest margin of the others {margin:.4f}")


if __name__ == "__main__":
    main()
