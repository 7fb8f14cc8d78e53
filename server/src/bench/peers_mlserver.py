"""A one-stage model in MLServer, for peers.py."""

import os

from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse

from peers_session import session


class Model(MLModel):
    async def load(self) -> bool:
        self.session = session(os.environ["PEER_FOLDER"], int(os.environ["PEER_THREADS"]))
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        image = NumpyCodec.decode_input(payload.inputs[0])
        (logits,) = self.session.run(["logits"], {"image": image})
        return InferenceResponse(
            model_name=self.name, outputs=[NumpyCodec.encode_output("logits", logits)])
