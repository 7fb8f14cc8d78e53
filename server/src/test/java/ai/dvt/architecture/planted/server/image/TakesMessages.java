package ai.dvt.architecture.planted.server.image;

import ai.dvt.cascade.v1.Image;

class TakesMessages {
  Image image;
}
