package ai.dvt.exporter.cli;

import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.checkpoint.StateDict;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which tensors of which file. */
final class CheckpointOptions {
  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "FILE",
      description = "PyTorch file (zip or legacy) or safetensors; nothing in it is executed.")
  Path file;

  @Option(
      names = "--ema",
      description = "Take the moving average (state_dict_ema) instead of the trained weights.")
  boolean ema;

  @Option(
      names = "--state-dict",
      paramLabel = "KEY",
      description =
          "Key of the state dict in the file, '' for the file itself. Default: model_state_dict,"
              + " state_dict, model, the file itself, in this order.")
  String stateDict;

  StateDict select(CheckpointFile checkpoint) {
    return checkpoint.stateDicts().select(ema, Optional.ofNullable(stateDict));
  }
}
