package ai.dvt.architecture.planted.state;

import java.util.concurrent.ConcurrentHashMap;

class KeepsEverything {
  static final ConcurrentHashMap<String, String> SEEN = new ConcurrentHashMap<>();
}
