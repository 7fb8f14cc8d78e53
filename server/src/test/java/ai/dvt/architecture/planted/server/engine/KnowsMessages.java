package ai.dvt.architecture.planted.server.engine;

import ai.dvt.cascade.v1.ClassifyRequest;

class KnowsMessages {
  ClassifyRequest request;
}
