package ai.dvt.architecture.planted.state;

class CountsEverything {
  static int calls;
}
