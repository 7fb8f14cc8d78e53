#!/usr/bin/env python3
"""The paper's Table 2 on this machine: a two-exit DVT over T2T-ViT-12 against T2T-ViT-7/10/12/14/19.

Makes checkpoints with seeded weights, exports them for the CPU and times batches of 128 in plain
loops (bin/dvt measure), all models in turns: first the table, with every image through both stages
of the DVT, then a sweep over the share of images that leave at its first exit (7x7 tokens), in
turns with T2T-ViT-14. Speed does not depend on the weights; the shares are given, not decided.

The share that Table 2 implies for 877 img/s is not printed in the paper. Its slowest row, 666 img/s,
takes at most both stages; the first stage alone is a T2T-ViT-12 over a quarter of the tokens, 0.27
of whose 1/1121 s by cost. So of 1/877 s = t1 + (1 - share) t2 the share is at least
1 - (1/877 - 0.27/1121) / (1/666 - 0.27/1121) = 0.29.

usage: python3 table2.py [--folder DIR] [--rounds 3] [--shares 0.0,0.29,0.5,0.7]

Needs NumPy, 3 GB of memory and, on two cores, four to five minutes. A folder that is given is kept.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
DVT = HERE.parents[2] / "bin" / "dvt"
PAPER = {"t2t-7": 1574, "t2t-10": 1286, "t2t-12": 1121, "t2t-14": 619, "t2t-19": 382}  # images/s, 2080 Ti
IMPLIED = 0.29
LINE = re.compile(r"\| (\d+) \| (\S+).* \| ([\d.]+) \| ([\d.]+) \[([\d.]+), ([\d.]+)\] \|")


def export(folder, name, model, grids):
    output = folder / name / "1"
    if output.exists():
        return
    checkpoint = folder / f"{name}.safetensors"
    command = [sys.executable, HERE / "seeded_checkpoint.py", model, checkpoint, "--grids", *map(str, grids)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    architecture = model if len(grids) == 1 else "dvt-" + model
    subprocess.run(
        [DVT, "export", "--checkpoint", checkpoint, "--architecture", architecture, "--flavours", "cpu"]
        + ["--output", output],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    checkpoint.unlink()


def measure(folder, names, share, options):
    """@return {name: (images/s, ratio to the first, lowest, highest)}"""
    done = subprocess.run(
        [DVT, "measure", *names, "--models", folder, "--provider", "cpu", "--handover", "host"]
        + ["--batch", str(options.batch), "--images", str(options.images), "--threads", str(options.threads)]
        + ["--rounds", str(options.rounds), "--exits", f"{share},{1 - share}"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = [LINE.match(line) for line in done.stdout.splitlines()]
    return {m[2].split("/")[0]: tuple(float(m[i]) for i in range(3, 7)) for m in found if m}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--images", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--shares", default=f"0.0,{IMPLIED},0.5,0.7")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="table2-") as own:
        folder = options.folder or pathlib.Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        for model in PAPER:
            export(folder, model, model, [14])
        export(folder, "dvt", "t2t-12", [7, 14])
        plain = measure(folder, ["t2t-14", *(m for m in PAPER if m != "t2t-14")], 0.0, options)
        print("| model | here, images/s | over T2T-ViT-14 | in the paper |")
        print("|---|---|---|---|")
        for model in PAPER:
            speed, ratio, low, high = plain[model]
            print(
                f"| {model} | {speed:.2f} | {ratio:.2f} [{low:.2f}, {high:.2f}] "
                f"| {PAPER[model]} ({PAPER[model] / PAPER['t2t-14']:.2f}) |"
            )
        print(flush=True)
        print("| share at the first exit | DVT, images/s | over T2T-ViT-14 [lowest, highest round] | at the speed of |")
        print("|---|---|---|---|")
        for share in map(float, options.shares.split(",")):
            speed, ratio, low, high = measure(folder, ["t2t-14", "dvt"], share, options)["dvt"]
            like = [m for m in PAPER if plain[m][1] <= ratio]
            print(
                f"| {share} | {speed:.2f} | {ratio:.2f} [{low:.2f}, {high:.2f}] "
                f"| {'at least ' + like[0] if like else 'less than t2t-19'} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
