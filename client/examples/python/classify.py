"""Classifies pictures with stubs made from cascade.proto: python classify.py HOST:PORT MODEL PICTURE..."""
import queue
import sys

import grpc
from cascade.v1 import cascade_pb2 as api
from cascade.v1.cascade_pb2_grpc import CascadeServiceStub
from cascade.v1.policy_pb2 import ExitPolicy, ExitReason


def show(path, result):
    assert result.WhichOneof("result") == "answer", result.error
    answer, label = result.answer, result.answer.labels[0]
    why = ExitReason.Name(answer.reason).removeprefix("EXIT_REASON_")
    print(f"{path} {label.name} {label.confidence:.3f} exit {answer.exit} {why} {answer.gflops:.3f} GFLOPs")


def main(address, name, *paths):
    service = CascadeServiceStub(grpc.insecure_channel(address))
    model = api.ModelRef(name=name)
    images = {path: api.Image(encoded=open(path, "rb").read()) for path in paths}

    def classify(*images, model=model, policy=None, timeout=60):
        request = api.ClassifyRequest(model=model, images=images, policy=policy)
        return service.Classify(request, timeout=timeout).results

    print("classify: one picture, answered at exit 1 whatever it says")
    show(paths[0], classify(images[paths[0]], policy=ExitPolicy(stop_at=1))[0])

    print("stream: answers as the pictures exit, by the model's own thresholds")
    requests = [api.ClassifyStreamRequest(id=path, image=images[path], model=model) for path in images]
    answered = []
    for response in service.ClassifyStream(iter(requests), timeout=60):
        show(response.id, response.result)
        answered.append(response.id)
    assert sorted(answered) == sorted(paths), answered

    print("cascade: after every exit the client says go on or stop")
    steps = queue.Queue()
    for path, image in images.items():
        steps.put(api.CascadeRequest(id=path, start=api.CascadeStart(model=model, image=image)))
    left = set(paths)
    for event in service.Cascade(iter(steps.get, None), timeout=60):
        if event.WhichOneof("event") == "reached":
            enough = event.reached.outcome.confidence >= 0.8
            step = api.CASCADE_STEP_STOP if enough else api.CASCADE_STEP_CONTINUE
            steps.put(api.CascadeRequest(id=event.id, next=step))
        else:
            show(event.id, event.result)
            left.remove(event.id)
            if not left:
                steps.put(None)
    assert not left, left

    print("errors: a broken picture fails alone, a call with a status")
    good, broken = classify(images[paths[0]], api.Image(encoded=b"no picture"))
    print("INVALID_ARGUMENT", broken.error.message)
    assert good.answer.exit and broken.error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    for code, options in [
        (grpc.StatusCode.NOT_FOUND, {"model": api.ModelRef(name="nobody")}),
        (grpc.StatusCode.INVALID_ARGUMENT, {"policy": ExitPolicy(operating_point="nowhere")}),
        (grpc.StatusCode.DEADLINE_EXCEEDED, {"timeout": -1}),  # it is past: no machine is fast enough
    ]:
        try:
            classify(images[paths[0]], **options)
            raise AssertionError(f"answered (expected: {code.name})")
        except grpc.RpcError as error:
            print(error.code().name, error.details())
            assert error.code() == code, f"{error.code()} (expected: {code})"
    print("ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
