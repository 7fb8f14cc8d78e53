#!/usr/bin/env python3
"""Latency of one image at a time: what does the server add to the stages' own time?

Starts a server, sends one image after another as pixels of the input size, as pixels that the
server resizes, and as JPEG files if --pictures is given, and splits the latency that the client
sees: in the stages' runs (as the answer says), preparing (decoding, resizing; from the server's
metrics), and added: everything else, network, messages, queues, hand-over and the client's own part
included. Before, 16 images at a time run the same code warm on both sides: compiled as in service.
Status 1 if a form adds 1.5 ms or more at the median.

    server/src/bench/latency.py --models MODELS --model NAME [--pictures test.tar]
"""

import sys

import commands

GOAL_MILLIS = 1.5


def main():
    parser = commands.parser(__doc__, pictures=False)
    parser.add_argument("--policy", default="stop=1", help="default: stop=1")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--warm-up", type=int, default=10)
    parser.add_argument("--server-option", action="append", default=[])
    options = parser.parse_args()
    forms = [("uint8", "unary", []), ("uint8", "stream", [])]
    if options.pictures:
        forms += [("jpeg", call, ["--pictures", options.pictures, "--limit", "500"])
                  for call in ("unary", "stream")]
    rows = [("form", "call", "p50 ms", "p99 ms", "in stages", "preparing", "added")]
    worst = 0.0
    with commands.Server(options.models, *options.server_option) as server:
        commands.bench(server.target, "--model", options.model, "--policy", options.policy,
                       "--concurrency", "16", "--call", "unary", "--rounds", "1")
        for form, call, pictures in forms:
            before = preparing(server)
            one = commands.bench(
                server.target, "--model", options.model, "--as", form, "--call", call, *pictures,
                "--policy", options.policy, "--concurrency", "16,1", "--parts", "--warm-up", str(options.warm_up),
                "--rounds", str(options.rounds), "--seconds", str(options.seconds))["a"]
            images, seconds = (now - then for now, then in zip(preparing(server), before))
            millis = 1e3 * seconds / images
            parts = one["parts"]
            added = parts["besideP50Millis"] + parts["queuesP50Millis"] - millis
            worst = max(worst, added)
            rows.append((form, call, f"{one['p50Millis']:.2f}", f"{one['p99Millis']:.2f}",
                         f"{parts['stagesP50Millis']:.2f}", f"{millis:.2f}", f"{added:.2f}"))
    commands.table(rows)
    print(f"added: at most {worst:.2f} ms (goal: under {GOAL_MILLIS} ms)")
    sys.exit(0 if worst < GOAL_MILLIS else 1)


def preparing(server):
    return (server.metric("dvt_images_prepared_total"),
            server.metric("dvt_image_preparation_seconds_total"))


if __name__ == "__main__":
    main()
