package ai.dvt.architecture.planted.client.stream;

import ai.onnxruntime.OrtEnvironment;

class ImportsTheRuntime {
  OrtEnvironment environment;
}
