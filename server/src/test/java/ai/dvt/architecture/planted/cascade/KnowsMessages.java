package ai.dvt.architecture.planted.cascade;

import ai.dvt.cascade.v1.Answer;

class KnowsMessages {
  Answer answer;
}
