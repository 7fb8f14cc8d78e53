package ai.dvt.architecture.planted.server.engine;

import ai.onnxruntime.OnnxTensor;

class ImportsTheRuntime {
  OnnxTensor tensor;
}
