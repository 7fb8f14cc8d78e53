package ai.dvt.architecture.planted.server.grpc;

class Prints {
  void print() {
    System.out.println("seen");
  }
}
