package ai.dvt.architecture.planted.exporter.nn;

import ai.dvt.exporter.weights.KeyMap;

class KnowsKeyNames {
  KeyMap keys;
}
