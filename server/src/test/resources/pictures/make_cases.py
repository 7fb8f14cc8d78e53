#!/usr/bin/env python3
"""Makes the picture files in this folder and what Pillow makes of them.

usage: make_cases.py FOLDER        (Pillow 9.4, NumPy)

decode/NAME          a file; decode/NAME.png is Image.open(NAME).convert('RGB')
fixture/large.jpg    500x375 pixels
resize/NAME.png      a picture; resize/NAME.crop.png is the crop; resize/index.txt has a line a case:
                     name mode height width side   (mode: shorter, stretch)
"""
import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

rng = np.random.default_rng(20261121)


def picture(width, height, noise=6.0):
    """Smooth colours, hard edges and a little noise, uint8 [height, width, 3]."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    waves = np.zeros((height, width, 3))
    for c in range(3):
        for _ in range(3):
            fx, fy, phase = rng.uniform(0, 0.25), rng.uniform(0, 0.25), rng.uniform(0, 6.28)
            waves[..., c] += 50 * np.sin(fx * x + fy * y + phase)
    waves += 128
    for _ in range(4):
        left, top = rng.integers(0, max(1, width)), rng.integers(0, max(1, height))
        w, h = 1 + rng.integers(0, max(1, width // 2)), 1 + rng.integers(0, max(1, height // 2))
        waves[top : top + h, left : left + w] = rng.uniform(0, 255, 3)
    waves += rng.normal(0, noise, waves.shape)
    return Image.fromarray(np.clip(waves, 0, 255).astype(np.uint8), "RGB")


def segments(data):
    """(marker, start, end) of a JPEG file's segments before the first scan."""
    at = 2
    while data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at + 1], at, end
        at = end


def without(data, marker):
    for m, start, end in segments(data):
        if m == marker:
            return data[:start] + data[end:]
    raise ValueError(marker)


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


def adobe(transform):
    return b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + bytes([transform])


def jpegs():
    yield "420.jpg", jpeg(picture(96, 64), quality=85, subsampling=2)
    yield "422.jpg", jpeg(picture(96, 64), quality=85, subsampling=1)
    yield "444.jpg", jpeg(picture(96, 64), quality=85, subsampling=0)
    yield "420-odd.jpg", jpeg(picture(77, 51), quality=75, subsampling=2)
    yield "422-odd.jpg", jpeg(picture(51, 77), quality=75, subsampling=1)
    yield "444-odd.jpg", jpeg(picture(33, 17), quality=75, subsampling=0)
    yield "grey.jpg", jpeg(picture(80, 60).convert("L"), quality=85)
    yield "grey-progressive.jpg", jpeg(picture(45, 61).convert("L"), quality=85, progressive=True)
    yield "progressive-420.jpg", jpeg(picture(97, 65), quality=85, progressive=True)
    yield "progressive-444.jpg", jpeg(picture(64, 48), quality=90, progressive=True, subsampling=0)
    yield "cmyk.jpg", jpeg(picture(64, 48).convert("CMYK"), quality=90)
    cmyk = np.asarray(picture(64, 48))
    key = np.asarray(picture(64, 48).convert("L"))
    full = Image.fromarray(np.dstack([cmyk, key]), "CMYK")
    yield "cmyk-black.jpg", jpeg(full, quality=90)
    data = bytearray(jpeg(full, quality=90))
    for m, start, end in segments(data):
        if m == 0xEE:
            data[end - 1] = 2
    yield "ycck.jpg", bytes(data)
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "exif-rotated.jpg", jpeg(picture(80, 48), quality=85, exif=exif)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    yield "icc-profile.jpg", jpeg(picture(64, 48), quality=85, icc_profile=profile)
    yield "quality-10.jpg", jpeg(picture(96, 64), quality=10)
    yield "quality-100.jpg", jpeg(picture(40, 30), quality=100, subsampling=0)
    yield "noise.jpg", jpeg(picture(64, 64, noise=60), quality=90)
    yield "1x1.jpg", jpeg(picture(1, 1), quality=85)
    yield "7x5.jpg", jpeg(picture(7, 5), quality=85)
    yield "3x90.jpg", jpeg(picture(3, 90), quality=85, subsampling=2)
    bare = without(jpeg(picture(64, 48), quality=85, subsampling=0), 0xE0)
    yield "no-marker-444.jpg", bare
    yield "no-marker-420.jpg", without(jpeg(picture(64, 48), quality=85, subsampling=2), 0xE0)
    yield "adobe-rgb.jpg", bare[:2] + adobe(0) + bare[2:]
    yield "comment-and-tail.jpg", jpeg(picture(48, 32), comment=b"a comment") + b"after the end"


def pack(samples, bits):
    """Rows of samples, MSB first, each row padded to a byte."""
    if bits == 16:
        return samples.astype(">u2").tobytes()
    if bits == 8:
        return samples.astype(np.uint8).tobytes()
    each = np.unpackbits(samples.astype(np.uint8)[..., None], axis=-1)[..., 8 - bits :]
    return np.packbits(each.reshape(-1)).tobytes()


def filtered(samples, bits):
    return b"".join(b"\0" + pack(row, bits) for row in samples)


def png(samples, bits, colour, palette=None, interlaced=False, extra=b""):
    """samples: [height, width, channels]."""
    height, width = samples.shape[:2]

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    if interlaced:
        steps = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        raw = b"".join(filtered(samples[y::dy, x::dx], bits) for x, y, dx, dy in steps if samples[y::dy, x::dx].size)
    else:
        raw = filtered(samples, bits)
    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced))
    if palette is not None:
        out += chunk(b"PLTE", palette.astype(np.uint8).tobytes())
    return out + extra + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def saved(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def pngs():
    w, h = 29, 19
    for bits in (1, 2, 4, 8, 16):
        yield f"grey-{bits}.png", png(rng.integers(0, 1 << bits, (h, w, 1)), bits, 0)
    yield "grey-16-dark.png", png(rng.integers(0, 400, (h, w, 1)), 16, 0)
    for bits in (8, 16):
        yield f"rgb-{bits}.png", png(rng.integers(0, 1 << bits, (h, w, 3)), bits, 2)
        yield f"grey-alpha-{bits}.png", png(rng.integers(0, 1 << bits, (h, w, 2)), bits, 4)
        yield f"rgb-alpha-{bits}.png", png(rng.integers(0, 1 << bits, (h, w, 4)), bits, 6)
    for bits in (1, 2, 4, 8):
        palette = rng.integers(0, 256, (1 << bits, 3))
        yield f"palette-{bits}.png", png(rng.integers(0, 1 << bits, (h, w, 1)), bits, 3, palette)
    yield "interlaced.png", png(rng.integers(0, 256, (h, w, 3)), 8, 2, interlaced=True)
    yield "interlaced-palette.png", png(
        rng.integers(0, 16, (h, w, 1)), 4, 3, rng.integers(0, 256, (16, 3)), interlaced=True)
    image = picture(40, 30)
    yield "pillow-rgba.png", saved(image.convert("RGBA"), "PNG")
    yield "palette-transparent.png", saved(image.quantize(17), "PNG", transparency=3)
    yield "rgb-transparent.png", saved(image, "PNG", transparency=(1, 2, 3))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield "icc-profile-gamma.png", saved(image, "PNG", icc_profile=profile, gamma=0.1)
    yield "1x1.png", saved(picture(1, 1), "PNG")


def bmp(width, height, bits, compression, body, palette=b"", masks=b"", colours=0):
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(body), 0, 0, colours, 0)
    offset = 14 + 40 + len(masks) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset) + header + masks + palette + body


def bmps():
    image = picture(37, 23)
    yield "1.bmp", saved(image.convert("1"), "BMP")
    yield "grey.bmp", saved(image.convert("L"), "BMP")
    yield "palette.bmp", saved(image.quantize(256), "BMP")
    yield "rgb.bmp", saved(image, "BMP")
    yield "rgba.bmp", saved(image.convert("RGBA"), "BMP")
    flipped = np.asarray(image)[:, :36, ::-1]
    yield "top-down.bmp", bmp(36, -23, 24, 0, flipped.tobytes())
    words = rng.integers(0, 1 << 16, (10, 12)).astype("<u2")
    yield "555.bmp", bmp(12, 10, 16, 0, (words & 0x7FFF).tobytes())
    yield "565.bmp", bmp(12, 10, 16, 3, words.tobytes(), masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    palette = np.dstack([rng.integers(0, 256, (1, 256, 3)), np.zeros((1, 256, 1))]).astype(np.uint8).tobytes()
    rows = b"".join(bytes([5, y, 0, 3, 1, 2, 3, 0, 4, 9, 0, 0]) for y in range(8)) + b"\0\1"
    yield "rle8.bmp", bmp(12, 8, 8, 1, rows, palette=palette, colours=256)
    four = rng.integers(0, 256, (6, 8)).astype(np.uint8)
    yield "palette-4.bmp", bmp(13, 6, 4, 0, four.tobytes(), palette=palette[:64], colours=16)


def gifs():
    image = picture(36, 26)
    yield "palette.gif", saved(image.quantize(64), "GIF")
    yield "grey.gif", saved(image.convert("L"), "GIF")
    yield "1.gif", saved(image.convert("1"), "GIF")
    yield "interlaced.gif", saved(image.quantize(200), "GIF", interlace=1)
    yield "not-interlaced.gif", saved(image.quantize(200), "GIF", interlace=0)
    transparent = saved(image.quantize(32), "GIF", transparency=5)
    yield "transparent.gif", transparent
    frames = [picture(30, 20).quantize(16) for _ in range(3)]
    yield "animated.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    for name, data in (("offset.gif", saved(image.quantize(16), "GIF")), ("offset-transparent.gif", transparent)):
        data = bytearray(data)
        data[6:10] = struct.pack("<HH", 50, 40)
        at = data.index(b",\0\0\0\0" + struct.pack("<HH", 36, 26))
        data[at + 1 : at + 5] = struct.pack("<HH", 9, 7)
        yield name, bytes(data)


def resizes():
    """(name, picture, mode, height, width, side)"""
    yield "landscape", picture(150, 113), "shorter", 56, 56, 64
    yield "portrait", picture(61, 140), "shorter", 56, 56, 64
    yield "square", picture(64, 64), "shorter", 56, 56, 64
    yield "upscaled", picture(32, 32), "shorter", 84, 84, 96
    yield "upscaled-odd", picture(11, 17), "shorter", 75, 61, 80
    yield "tiny", picture(1, 1), "shorter", 20, 20, 24
    yield "wide", picture(400, 3), "shorter", 40, 40, 48
    yield "tall", picture(2, 333), "shorter", 40, 40, 48
    yield "line", picture(300, 1), "shorter", 30, 30, 30
    yield "half-to-even-up", picture(67, 51), "shorter", 30, 30, 33
    yield "half-to-even-down", picture(51, 68), "shorter", 31, 30, 33
    yield "noise", picture(90, 70, noise=70), "shorter", 56, 56, 64
    yield "reduced-much", picture(260, 200, noise=40), "shorter", 16, 16, 18
    yield "stretched-down", picture(120, 70), "stretch", 48, 48, 0
    yield "stretched-up", picture(20, 50), "stretch", 60, 64, 0
    yield "stretched-one-axis", picture(48, 90), "stretch", 48, 48, 0
    yield "rectangle", picture(130, 90), "shorter", 40, 72, 80


def crop(image, mode, height, width, side):
    """torchvision's Resize and CenterCrop on Pillow."""
    if mode == "stretch":
        return image.resize((width, height), Image.BICUBIC)
    w, h = image.size
    new = (side, int(side * h / w)) if w <= h else (int(side * w / h), side)
    image = image.resize(new, Image.BICUBIC)
    left, top = int(round((new[0] - width) / 2.0)), int(round((new[1] - height) / 2.0))
    return image.crop((left, top, left + width, top + height))


def main(folder):
    decode, resize = folder / "decode", folder / "resize"
    for f in (decode, resize):
        f.mkdir(parents=True, exist_ok=True)
    names = []
    for make in (jpegs, pngs, bmps, gifs):
        for name, data in make():
            (decode / name).write_bytes(data)
            rgb = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
            Image.fromarray(rgb).save(decode / (name + ".png"), optimize=True)
            names.append(name)
    (decode / "index.txt").write_text("".join(n + "\n" for n in names))
    large = folder / "fixture" / "large.jpg"
    large.parent.mkdir(exist_ok=True)
    large.write_bytes(jpeg(picture(500, 375, noise=0), quality=60))
    lines = []
    for name, image, mode, height, width, side in resizes():
        image.save(resize / (name + ".png"), optimize=True)
        crop(image, mode, height, width, side).save(resize / (name + ".crop.png"), optimize=True)
        lines.append(f"{name} {mode} {height} {width} {side}\n")
    (resize / "index.txt").write_text("".join(lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
