#!/usr/bin/env python3
"""Deadlines: do answers that a deadline cut short reach the client in time?

Starts a server, finds what it carries with --policy, sends 80 % of it with several deadlines and
counts the answers with the reason DEADLINE, the images refused because they would not have passed
stage 1 (DEADLINE_EXCEEDED), and the calls whose deadline passed without a word: each of them counts
as a DEADLINE answer that came too late. Status 1 if fewer than 99 % came in time.

    server/src/bench/deadlines.py --models MODELS --model NAME --pictures test.tar
"""

import sys

import commands

LOAD = 0.8
GOAL = 0.99


def main():
    parser = commands.parser(__doc__)
    parser.add_argument("--policy", default="last", help="default: last, every stage")
    parser.add_argument("--deadlines", default="80,150,300", help="milliseconds")
    parser.add_argument("--seconds", type=int, default=40, help="a deadline (default: 40)")
    options = parser.parse_args()
    sending = ["--model", options.model, "--pictures", options.pictures, "--limit", "1000",
               "--policy", options.policy, "--rounds", "1"]
    with commands.Server(options.models) as server:
        closed = commands.bench(server.target, *sending, "--concurrency", "16", "--seconds", "10")
        rate = LOAD * closed["a"]["imagesPerSecond"]
        print(f"closed loop: {rate / LOAD:.1f} images/s; sent: {rate:.1f}/s", flush=True)
        rows = [("deadline ms", "answers/s", "exits", "DEADLINE", "late", "in time", "refused")]
        answers = late = 0
        for number, deadline in enumerate(options.deadlines.split(",")):
            one = commands.bench(
                server.target, *sending, "--rate", f"{rate:.2f}", "--seed", str(number + 1),
                "--deadline", f"{deadline}ms", "--seconds", str(options.seconds),
                "--warm-up", "3")["a"]
            counts = one["deadline"]
            answers += counts["answers"]
            late += counts["late"]
            rows.append((deadline, f"{one['imagesPerSecond']:.1f}",
                         "/".join(f"{share:.2f}" for share in one["exitShares"]),
                         str(counts["answers"]), str(counts["late"]),
                         "-" if counts["inTime"] is None else f"{100 * counts['inTime']:.2f} %",
                         str(counts["refused"])))
    commands.table(rows)
    if not answers + late:
        sys.exit("no answer was cut short (expected: some; shorter --deadlines)")
    share = answers / (answers + late)
    print(f"in time: {100 * share:.2f} % of {answers + late} (goal: {100 * GOAL:.0f} %)")
    sys.exit(0 if share >= GOAL else 1)


if __name__ == "__main__":
    main()
