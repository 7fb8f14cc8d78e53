#!/usr/bin/env python3
"""Overload: is goodput kept at three times the rate at which it peaks without adaptation?

Starts two servers, one plain, one with --objective and --adapt-to-load on; only one at a time has
work. Finds the peak of the plain one's goodput over rates, then measures in turns the plain one at
the rate of its peak and the adapting one at three times that rate. The peak is the larger of what
the sweep and these rounds saw. Status 1 if the goodput of the last is below 90 % of the peak or the p99 of its answers beyond the
objective.

    server/src/bench/overload.py --models MODELS --model NAME --pictures test.tar --policy TEXT
"""

import statistics
import sys

import commands

SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
TIMES = 3
KEPT = 0.9


def main():
    parser = commands.parser(__doc__)
    parser.add_argument("--policy", help="what clients ask for (default: the model's)")
    parser.add_argument("--objective", type=int, default=300, help="milliseconds (default: 300)")
    parser.add_argument("--arrivals", default="poisson", help="poisson (default) or bursty")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=8)
    options = parser.parse_args()
    sending = ["--model", options.model, "--pictures", options.pictures, "--limit", "1000",
               "--objective", f"{options.objective}ms"]
    if options.policy:
        sending += ["--policy", options.policy]

    def figures(server, *load):
        return commands.bench(server.target, *sending, "--rounds", "1", *load)["a"]

    def at(server, rate, seed, seconds=options.seconds):
        return figures(server, "--rate", f"{rate:.1f}", "--arrivals", options.arrivals,
                       "--seed", str(seed), "--seconds", str(seconds), "--warm-up", "1")

    with commands.Server(options.models) as plain, commands.Server(
            options.models, "--adapt-to-load", "on",
            "--objective", f"{options.objective}ms") as adapting:
        for server in (plain, adapting):
            whole = figures(server, "--concurrency", "16", "--seconds", "5")["imagesPerSecond"]
        whole = figures(plain, "--concurrency", "16", "--seconds", "5")["imagesPerSecond"]
        print(f"closed loop: {whole:.1f} images/s", flush=True)
        rows = [("sent/s", "goodput", "answered/s", "p50 ms", "p99 ms", "accuracy", "refused")]
        sweep = {}
        for number, share in enumerate(SHARES):
            sweep[share * whole] = at(plain, share * whole, 10 + number, 6)
        rows += [row(rate, one) for rate, one in sweep.items()]
        commands.table(rows)
        peak = max(sweep, key=lambda rate: sweep[rate]["goodput"])
        kinds = {
            "plain, its peak's rate": (plain, peak),
            f"adapting, {TIMES} times": (adapting, TIMES * peak),
        }
        seen = {kind: [] for kind in kinds}
        for round_ in range(options.rounds):
            for kind, (server, rate) in kinds.items():
                seen[kind].append(at(server, rate, 100 + round_))
    print()
    rows = [("median of rounds",) + rows[0]]
    for kind, (_, rate) in kinds.items():
        rows.append((kind,) + row(rate, median(seen[kind])))
    commands.table(rows)
    best = max(median(seen["plain, its peak's rate"])["goodput"], sweep[peak]["goodput"])
    kept = median(seen[f"adapting, {TIMES} times"])
    share = kept["goodput"] / best
    good = share >= KEPT and kept["p99Millis"] <= options.objective
    print(f"goodput kept: {100 * share:.0f} % of {best:.1f}/s (goal: {100 * KEPT:.0f} %); "
          f"p99 of answers {kept['p99Millis']:.0f} ms (objective: {options.objective} ms)")
    sys.exit(0 if good else 1)


def median(rounds):
    """Round by round medians; a round without answers counts as without latency."""
    return {key: statistics.median(one[key] if one[key] is not None else 0 for one in rounds)
            for key in ("goodput", "imagesPerSecond", "p50Millis", "p99Millis", "accuracy", "errors")}


def row(rate, one):
    return (f"{rate:.0f}", f"{one['goodput']:.1f}", f"{one['imagesPerSecond']:.1f}",
            f"{one['p50Millis'] or 0:.0f}", f"{one['p99Millis'] or 0:.0f}",
            f"{one['accuracy'] or 0:.3f}", f"{one['errors']:.0f}")


if __name__ == "__main__":
    main()
