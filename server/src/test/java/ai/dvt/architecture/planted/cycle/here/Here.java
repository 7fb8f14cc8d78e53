package ai.dvt.architecture.planted.cycle.here;

import ai.dvt.architecture.planted.cycle.there.There;

public class Here {
  There there;
}
