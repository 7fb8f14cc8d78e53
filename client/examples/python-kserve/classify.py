"""Classifies pictures with KServe's Python SDK: python classify.py HOST:PORT MODEL PICTURE..."""
import asyncio
import logging
import sys

import grpc
import numpy as np
from kserve import InferenceGRPCClient, InferInput, InferRequest


def request(model, array, datatype, parameters=None, binary=True):
    tensor = InferInput("image", list(array.shape), datatype)
    tensor.set_data_from_numpy(array, binary_data=binary)
    return InferRequest(model, [tensor], request_id="pictures", parameters=parameters or {})


async def main(address, model, *paths):
    logging.getLogger("kserve").setLevel(logging.CRITICAL)  # it logs errors with their traces
    async with InferenceGRPCClient(address) as client:
        assert await client.is_server_live() and await client.is_server_ready()
        assert await client.is_model_ready(model)

        # Files: the server decodes, resizes and normalises them.
        files = np.array([open(path, "rb").read() for path in paths], dtype=np.object_)
        response = await client.infer(request(model, files, "BYTES"))
        assert response.id == "pictures"
        outputs = {output.name: output.as_numpy() for output in response.outputs}
        for path, label, exit_number in zip(paths, outputs["label"], outputs["exit"]):
            label = label.decode() if isinstance(label, bytes) else label
            print(f"{path} {label} exit {exit_number}")

        # Pixels of any size, raw and typed, with exit control in parameters.
        pixels = np.zeros((2, 48, 64, 3), dtype=np.uint8)
        for binary in [True, False]:
            first = await client.infer(request(model, pixels, "UINT8", {"dvt.stop_at": 1}, binary))
            assert [list(o.as_numpy()) for o in first.outputs if o.name == "exit"] == [[1, 1]]

        # A bad request is a status that names the field.
        try:
            await client.infer(request(model, np.zeros((1, 5), dtype=np.float32), "FP32"))
            raise AssertionError("answered (expected: INVALID_ARGUMENT)")
        except grpc.RpcError as error:
            print(error.details())
            assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
        print("ok")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
