package ai.dvt.server.grpc.oip;

import java.util.Locale;

/** What a cascade says of every image, in the order of the metadata. */
enum OutputTensor {
  /** Of the answering exit, [N, classes]. */
  LOGITS("FP32"),
  /** Of the most confident class, [N]. */
  LABEL("BYTES"),
  /** Its softmax probability, [N]. */
  CONFIDENCE("FP32"),
  /** Number of the exit, from 1, [N]. */
  EXIT("INT32"),
  /** Spent on the image, 1e9 multiply-adds, [N]. */
  GFLOPS("FP64");

  private final String datatype;

  OutputTensor(String datatype) {
    this.datatype = datatype;
  }

  /** The name on the wire. */
  String tensorName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As the protocol calls it. */
  String datatype() {
    return datatype;
  }
}
