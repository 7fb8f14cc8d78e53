package ai.dvt.exporter.checkpoint;

import ai.dvt.exporter.checkpoint.CheckpointFile.Container;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Tells the container by the first bytes. */
final class ContainerKind {
  private static final int SHOWN = 24;
  private static final int PICKLE_PROTOCOL = 0x80;

  private ContainerKind() {}

  static Container of(OpenFile file) {
    ByteBuffer head = file.head(SHOWN);
    // a header length may look like either of the others; only safetensors has a brace at 8
    if (head.remaining() > 8 && head.get(8) == '{') {
      return Container.SAFETENSORS;
    }
    if (head.remaining() >= 4 && head.get(0) == 'P' && head.get(1) == 'K') {
      return Container.TORCH_ZIP;
    }
    if (head.remaining() >= 2 && (head.get(0) & 0xff) == PICKLE_PROTOCOL) {
      return Container.TORCH_LEGACY;
    }
    throw file.error(
        "starts with '"
            + StandardCharsets.US_ASCII.decode(head).toString().replaceAll("[^ -~]", ".")
            + "' (expected: a PyTorch zip or legacy file, or safetensors)");
  }
}
