"""A one-stage model in KServe's Python server, for peers.py: FOLDER THREADS HTTP_PORT GRPC_PORT."""

import sys

import kserve
from kserve import InferOutput, InferRequest, InferResponse

from peers_session import session


class Model(kserve.Model):
    def __init__(self, folder, threads):
        super().__init__("model")
        self.session = session(folder, threads)
        self.ready = True

    def predict(self, payload: InferRequest, headers=None, response_headers=None) -> InferResponse:
        image = payload.inputs[0].as_numpy()
        (logits,) = self.session.run(["logits"], {"image": image})
        output = InferOutput("logits", list(logits.shape), "FP32")
        output.set_data_from_numpy(logits, binary_data=True)
        return InferResponse(payload.id, "model", [output])


if __name__ == "__main__":
    folder, threads, http, rpc = sys.argv[1], *map(int, sys.argv[2:])
    sys.argv = sys.argv[:1]
    kserve.ModelServer(http_port=http, grpc_port=rpc, workers=1).start([Model(folder, threads)])
