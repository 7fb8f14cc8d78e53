#!/usr/bin/env python3
"""Soak: does the server's memory stay where it is while the load changes?

Starts a server and, until the time is over, sends one short load after another: closed loops of 1
to 64 images in streams or calls, open loops, other policies, pixels, tensors and JPEG files. Samples the
process's resident memory five times a second and prints its least and most in every minute. Status
1 if an image failed or the last minute's most is more than a tenth above that of the second.

    server/src/bench/soak.py --models MODELS --model NAME --pictures test.tar [--minutes 10]
"""

import itertools
import random
import sys
import threading
import time

import commands

GROWTH = 1.1


def main():
    parser = commands.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--server-option", action="append", default=[])
    options = parser.parse_args()
    chance = random.Random(1)
    loads = [["--concurrency", str(n), "--call", call]
             for n, call in itertools.product((1, 8, 32, 64), ("stream", "unary"))]
    loads += [["--rate", "20", "--arrivals", "bursty"], ["--rate", "10", "--deadline", "100ms"]]
    policies = [["--policy", "last"], ["--policy", "stop=1"], []]
    forms = [["--as", "jpeg"], ["--as", "uint8"], ["--as", "float32"]]
    samples = []
    errors = {}
    images = 0
    with commands.Server(options.models, *options.server_option) as server:
        over = threading.Event()
        start = time.monotonic()

        def watch():
            while not over.wait(0.2):
                samples.append((time.monotonic() - start, server.resident_megabytes()))

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        told = 0
        while time.monotonic() - start < 60 * options.minutes:
            # A deadline of its own makes errors that are none.
            load = chance.choice(loads)
            one = commands.bench(
                server.target, "--model", options.model, "--pictures", options.pictures,
                "--limit", "200", *chance.choice(forms), *load,
                *chance.choice(policies), "--rounds", "1", "--warm-up", "0", "--seconds", "5")["a"]
            images += sum(one["repliesPerClient"])
            if one["errors"] and "--deadline" not in load:
                errors[" ".join(load)] = errors.get(" ".join(load), 0) + one["errors"]
            while told < int((time.monotonic() - start) / 60):
                line(samples, told)
                told += 1
        over.set()
        watching.join()
        if samples[-1][0] > 60 * told + 10:
            line(samples, told)
            told += 1
    print(f"{images} images; errors: {errors or 'none'}")
    growth = most(samples, told - 1) / most(samples, min(1, told - 1))
    print(f"most of the last minute over that of minute {min(2, told)}: {growth:.3f}")
    sys.exit(0 if not errors and growth <= GROWTH else 1)


def minute(samples, number):
    return [size for at, size in samples if 60 * number <= at < 60 * (number + 1)]


def most(samples, number):
    return max(minute(samples, number))


def line(samples, number):
    sizes = minute(samples, number)
    print(f"minute {number + 1}: resident {min(sizes):.0f} to {max(sizes):.0f} MB", flush=True)


if __name__ == "__main__":
    main()
