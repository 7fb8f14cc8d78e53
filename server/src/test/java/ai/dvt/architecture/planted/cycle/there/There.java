package ai.dvt.architecture.planted.cycle.there;

import ai.dvt.architecture.planted.cycle.here.Here;

public class There {
  Here here;
}
