package ai.dvt.architecture.planted.server.runtime;

import ai.dvt.server.engine.ImageListener;

class KnowsTheEngine {
  ImageListener listener;
}
