"""Which training pictures no model trains on: a rule over names alone, so every run on every machine draws the same."""

import hashlib
import zlib
from collections import defaultdict

from dvt.errors import TrainingError


def stratified(names, count, seed=0):
    """Of every class its share of `count`: the pictures whose seeded hash comes first.

    @param names `<class>/<file>` @return the drawn names, sorted
    """
    by_class = defaultdict(list)
    for name in names:
        by_class[name.split("/")[0]].append(name)
    if not 0 < count < len(names):
        raise TrainingError(f"held-out pictures: {count} (expected: from 1 to {len(names) - 1})")
    exact = {label: count * len(members) / len(names) for label, members in by_class.items()}
    shares = {label: int(share) for label, share in exact.items()}
    by_remainder = sorted(by_class, key=lambda label: (shares[label] - exact[label], label))
    for label in by_remainder[: count - sum(shares.values())]:
        shares[label] += 1
    order = lambda name: hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return sorted(name for label, members in by_class.items() for name in sorted(members, key=order)[: shares[label]])


def smallest_crc(names, count):
    """The `count` pictures with the smallest CRC-32 of `train/<class>/<file>`."""
    return sorted(sorted(names, key=lambda name: (zlib.crc32(f"train/{name}".encode()), name))[:count])


def read(path):
    """@return the names of a list, one `train/<class>/<file>` per line, as `<class>/<file>`"""
    try:
        with open(path, encoding="utf-8") as lines:
            names = [line.strip() for line in lines]
    except OSError as error:
        raise TrainingError(f"held-out list: {path}: {error.strerror} (expected: a readable file)") from error
    return {name.split("/", 1)[1] if name.startswith("train/") else name for name in names if name and not name.startswith("#")}


def write(names, path):
    with open(path, "w", encoding="utf-8") as lines:
        lines.writelines(f"train/{name}\n" for name in names)
