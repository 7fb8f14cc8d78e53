"""Runs bin/dvt for the measurements beside this file; Python 3.9 and later, nothing else."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

HOME = pathlib.Path(__file__).resolve().parents[3]
DVT = str(HOME / "bin" / "dvt")
START_SECONDS = 300


def parser(description, pictures=True):
    """The options that every measurement has.

    @param pictures whether it needs labelled pictures
    """
    options = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--models", required=True)
    options.add_argument("--model", required=True)
    options.add_argument("--pictures", required=pictures)
    return options


def run(*arguments):
    """A command's output; ends the program with the command's words if it fails."""
    done = subprocess.run([DVT, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"bin/dvt {arguments[0]}: status {done.returncode}")
    return done.stdout


def bench(target, *options):
    """The document of bin/dvt bench --json against a running server."""
    return json.loads(run("bench", target, "--json", *options))


class Server:
    """bin/dvt serve as a process, with its metrics; ends with the block."""

    def __init__(self, models, *options):
        self.folder = tempfile.TemporaryDirectory(prefix="dvt-bench-")
        ports = pathlib.Path(self.folder.name)
        self.log = open(ports / "log", "w+")
        self.process = subprocess.Popen(
            [DVT, "serve", "--models", str(models), "--port", "0", "--port-file", ports / "port",
             "--http-port", "0", "--http-port-file", ports / "http", *options],
            stdout=self.log, stderr=subprocess.STDOUT)
        end = time.monotonic() + START_SECONDS
        while not (ports / "port").exists():
            if self.process.poll() is not None or time.monotonic() > end:
                self.log.seek(0)
                sys.exit("bin/dvt serve did not start:\n" + self.log.read())
            time.sleep(0.1)
        self.target = "127.0.0.1:" + (ports / "port").read_text().strip()
        self.page = "http://127.0.0.1:" + (ports / "http").read_text().strip()

    def metric(self, name, **labels):
        """The sum of a metric's values over all lines that carry these labels."""
        total = 0.0
        with urllib.request.urlopen(self.page + "/metrics") as page:
            for line in page.read().decode().splitlines():
                head, _, value = line.rpartition(" ")
                if head.split("{")[0] == name and all(
                        f'{key}="{text}"' in head for key, text in labels.items()):
                    total += float(value)
        return total

    def resident_megabytes(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        raise RuntimeError("VmRSS: absent")

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()


def table(rows):
    """Prints rows of texts with aligned columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip(), flush=True)
