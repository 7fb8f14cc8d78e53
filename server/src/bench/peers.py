#!/usr/bin/env python3
"""Other servers beside this one: the same one-stage model, the same ONNX Runtime, the same callers.

Serves a baseline with MLServer, with KServe's Python server (a dozen lines of ONNX Runtime in each)
and with bin/dvt serve, one after the other, each allowed as many ONNX Runtime threads. The callers speak the Open Inference Protocol by gRPC to all of
them: normalised float32 tensors, one image a call, some clients with their own connection, each of
which sends its next image when one is answered. Prints latency, throughput and the least and most
replies that a client got, and what ONNX Runtime alone needs (raw) for batches of 1 and 8.

Triton has no wheel with a server on PyPI (tritonclient is a client), so it is not among them.

    python3 -m venv VENV && VENV/bin/pip install -r server/src/bench/peers-requirements.txt
    VENV/bin/python server/src/bench/peers.py --model-folder MODELS/deit-tiny-scenes/1
"""

import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

import grpc
import numpy
from mlserver.grpc import dataplane_pb2 as oip
from mlserver.grpc import dataplane_pb2_grpc as services

import commands
from peers_session import session

START_SECONDS = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def process(command, environment=None):
    with tempfile.TemporaryFile("w+") as log:
        child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT,
                                 env={**os.environ, **(environment or {})})
        try:
            yield child, log
        finally:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


@contextlib.contextmanager
def mlserver(options):
    """Its defaults but for ports and batching, which is on with what the others may gather."""
    with tempfile.TemporaryDirectory(prefix="mlserver-") as folder:
        port = free_port()
        here = pathlib.Path(folder)
        (here / "settings.json").write_text(json.dumps({
            "http_port": free_port(), "grpc_port": port, "metrics_port": free_port(),
            "parallel_workers": 0, "debug": False}))
        (here / "model-settings.json").write_text(json.dumps({
            "name": "model", "implementation": "peers_mlserver.Model",
            "max_batch_size": options.batch, "max_batch_time": 0.002}))
        with process([str(pathlib.Path(sys.executable).parent / "mlserver"), "start", folder], {
                "PYTHONPATH": str(pathlib.Path(__file__).parent),
                "PEER_FOLDER": options.model_folder, "PEER_THREADS": str(options.threads)}) as served:
            yield f"127.0.0.1:{port}", "model", *served


@contextlib.contextmanager
def kserve(options):
    port = free_port()
    with process([sys.executable, str(pathlib.Path(__file__).parent / "peers_kserve.py"),
                  options.model_folder, str(options.threads), str(free_port()),
                  str(port)]) as served:
        yield f"127.0.0.1:{port}", "model", *served


def dvt(mode):
    @contextlib.contextmanager
    def start(options):
        folder = pathlib.Path(options.model_folder).resolve().parent
        with tempfile.TemporaryDirectory(prefix="dvt-peers-") as models:
            # Sessions need the files inside the folder: a copy of this model alone.
            subprocess.run(["cp", "-r", str(folder), models], check=True)
            with commands.Server(models, "--workers", str(options.threads), "--mode", mode,
                                 "--max-batch", str(options.batch)) as server:
                yield server.target, folder.name, server.process, server.log
    return start


def request(model, image):
    tensor = oip.ModelInferRequest.InferInputTensor(
        name="image", datatype="FP32", shape=[1, *image.shape])
    return oip.ModelInferRequest(
        model_name=model, inputs=[tensor], raw_input_contents=[image.tobytes()])


async def ready(target, model, image, child, log):
    end = time.monotonic() + START_SECONDS
    async with grpc.aio.insecure_channel(target) as channel:
        stub = services.GRPCInferenceServiceStub(channel)
        while True:
            try:
                return await stub.ModelInfer(request(model, image), timeout=30)
            except grpc.aio.AioRpcError as error:
                if time.monotonic() > end or child.poll() is not None:
                    log.seek(0)
                    sys.exit(f"{log.read()[-3000:]}\n{target} does not answer: {error.details()}")
                await asyncio.sleep(0.3)


async def closed_loop(target, model, image, concurrency, clients, seconds, warm_up):
    """@return (latencies in ms, images/s, replies per client)"""
    latencies, replies, errors = [], [0] * clients, 0
    start = time.monotonic() + warm_up
    message = request(model, image)

    async def caller(client, stub):
        nonlocal errors
        while (begin := time.monotonic()) < start + seconds:
            try:
                await stub.ModelInfer(message, timeout=60)
            except grpc.aio.AioRpcError:
                errors += 1
                continue
            now = time.monotonic()
            if start <= now < start + seconds:
                replies[client] += 1
                latencies.append(1e3 * (now - begin))

    async with contextlib.AsyncExitStack() as stack:
        stubs = []
        for number in range(clients):
            # Connections are shared inside a process unless their options differ.
            channel = grpc.aio.insecure_channel(target, options=[("dvt.client", number)])
            stubs.append(services.GRPCInferenceServiceStub(await stack.enter_async_context(channel)))
        await asyncio.gather(*(caller(i % clients, stubs[i % clients]) for i in range(concurrency)))
    return sorted(latencies), len(latencies) / seconds, replies, errors


def raw(options, image):
    alone = session(options.model_folder, options.threads)
    for batch in (1, options.batch):
        images = numpy.stack([image] * batch)
        for _ in range(5):
            alone.run(None, {"image": images})
        times = []
        end = time.monotonic() + 4
        while time.monotonic() < end:
            begin = time.monotonic()
            alone.run(None, {"image": images})
            times.append(time.monotonic() - begin)
        times.sort()
        middle = times[len(times) // 2]
        yield ("raw", f"batch {batch}", f"{1e3 * middle:.1f}", "", f"{batch / middle:.1f}", "", "")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model-folder", required=True, help="a version folder, cpu flavour")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--batch", type=int, default=8, help="most images of a run (default: 8)")
    parser.add_argument("--clients", type=int, default=8, help="at the higher concurrency")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--servers", default="mlserver,kserve,dvt-latency,dvt-throughput")
    options = parser.parse_args()
    ways = {"mlserver": mlserver, "kserve": kserve,
            "dvt-latency": dvt("latency"), "dvt-throughput": dvt("throughput")}
    side = json.loads((pathlib.Path(options.model_folder) / "manifest.json").read_text())
    side = side["preprocessing"]["width"]
    image = numpy.random.default_rng(1).standard_normal((3, side, side), numpy.float32)
    rows = [("server", "load", "p50 ms", "p99 ms", "images/s", "replies a client", "errors")]
    rows += raw(options, image)
    for name in options.servers.split(","):
        with ways[name](options) as (target, model, child, log):
            asyncio.run(ready(target, model, image, child, log))
            for concurrency in (1, 32):
                clients = min(options.clients, concurrency)
                latencies, speed, replies, errors = asyncio.run(closed_loop(
                    target, model, image, concurrency, clients, options.seconds, 4))
                at = [f"{latencies[int(part * (len(latencies) - 1))]:.1f}" if latencies else "-"
                      for part in (0.5, 0.99)]
                rows.append((name, f"concurrency {concurrency}", *at, f"{speed:.1f}",
                             f"{min(replies)} to {max(replies)}", str(errors)))
    commands.table(rows)


if __name__ == "__main__":
    main()
