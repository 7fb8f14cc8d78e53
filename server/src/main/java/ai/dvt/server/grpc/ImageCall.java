package ai.dvt.server.grpc;

/** A call with images, as gRPC tells of it. */
public interface ImageCall extends OpenCalls.OpenCall {
  /** Begins: it is counted as open. */
  void begin();

  /** The client takes another answer. */
  default void ready() {}

  /** The client went away or its deadline passed. */
  void cancel();
}
