package ai.dvt.architecture.planted.server.engine;

import io.grpc.Status;

class KnowsGrpc {
  Status status;
}
