"""Classifies pictures with Triton's own Python client: python classify.py HOST:PORT MODEL PICTURE..."""
import queue
import sys

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException


def input_of(array, datatype):
    tensor = triton.InferInput("image", array.shape, datatype)
    tensor.set_data_from_numpy(array)
    return tensor


def main(address, model, *paths):
    client = triton.InferenceServerClient(address)
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(model)
    metadata = client.get_model_metadata(model)
    print(metadata.name, [f"{t.name} {t.datatype} {list(t.shape)}" for t in metadata.inputs])

    # Files: the server decodes, resizes and normalises them.
    files = np.array([open(path, "rb").read() for path in paths], dtype=np.object_)
    result = client.infer(model, [input_of(files, "BYTES")], request_id="files")
    assert result.get_response().id == "files"
    answers = zip(paths, result.as_numpy("label"), result.as_numpy("confidence"), result.as_numpy("exit"))
    for path, label, confidence, exit_number in answers:
        print(f"{path} {label.decode()} {confidence:.3f} exit {exit_number}")

    # Pixels of any size, and the model's normalised input; exit control in parameters.
    pixels = np.zeros((2, 48, 64, 3), dtype=np.uint8)
    first = client.infer(model, [input_of(pixels, "UINT8")], parameters={"dvt.stop_at": 1})
    assert list(first.as_numpy("exit")) == [1, 1]
    shape = [2, *metadata.inputs[0].shape[1:]]
    outputs = [triton.InferRequestedOutput("exit"), triton.InferRequestedOutput("logits", class_count=2)]
    last = client.infer(
        model,
        [input_of(np.zeros(shape, dtype=np.float32), "FP32")],
        outputs=outputs,
        priority=1,
        timeout=60_000_000,
        parameters={"dvt.floor": 2},
    )
    exits = last.as_numpy("exit")
    assert exits[0] == exits[1] > 1 and last.as_numpy("logits").shape == (2, 2)

    # A stream: one response for every image, as it exits.
    responses = queue.Queue()
    client.start_stream(lambda result, error: responses.put((result, error)))
    client.async_stream_infer(model, [input_of(files, "BYTES")], enable_empty_final_response=True)
    rows = []
    while True:
        result, error = responses.get(timeout=60)
        assert error is None, error
        parameters = result.get_response().parameters
        if parameters["triton_final_response"].bool_param:
            break
        rows.append(parameters["row"].int64_param)
    assert sorted(rows) == list(range(len(paths)))
    print("streamed rows", rows)

    # A bad request is an error on the stream, which goes on, and a status of a call.
    client.async_stream_infer(model, [input_of(np.array([b"no picture"], dtype=np.object_), "BYTES")])
    print("stream error:", responses.get(timeout=60)[1])
    client.stop_stream()
    for name, tensor, parameters, code in [
        (model, input_of(np.zeros((1, 3, 5, 5), dtype=np.float32), "FP32"), None, "INVALID_ARGUMENT"),
        (model, input_of(pixels, "UINT8"), {"dvt.stop": 1}, "INVALID_ARGUMENT"),
        ("nobody", input_of(pixels, "UINT8"), None, "NOT_FOUND"),
    ]:
        try:
            client.infer(name, [tensor], parameters=parameters)
            raise AssertionError(f"answered (expected: {code})")
        except InferenceServerException as error:
            print(error)
            assert error.status() == f"StatusCode.{code}"
    statistics = client.get_inference_statistics(model).model_stats[0]
    print(f"{statistics.inference_count} images in {statistics.execution_count} runs")
    assert client.get_model_config(model).config.max_batch_size > 0
    assert client.get_model_repository_index().models[0].state == "READY"
    print("ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
