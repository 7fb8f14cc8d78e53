package ai.dvt.cascade;

import java.util.List;

/** Where an exported model comes from. */
public record Provenance(
    String checkpointFile,
    String checkpointSha256,
    String exporterVersion,
    List<String> arguments) {
  public Provenance {
    arguments = List.copyOf(arguments);
  }
}
