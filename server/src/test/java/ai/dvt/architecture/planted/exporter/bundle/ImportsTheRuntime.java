package ai.dvt.architecture.planted.exporter.bundle;

import ai.onnxruntime.OrtSession;

class ImportsTheRuntime {
  OrtSession session;
}
