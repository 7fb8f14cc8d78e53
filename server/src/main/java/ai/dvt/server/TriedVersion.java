package ai.dvt.server;

import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.repository.FolderStamp;
import ai.dvt.server.repository.VersionFolder;
import java.util.List;
import java.util.Optional;

/**
 * A version folder that was tried, or is to be.
 *
 * @param stamp what the folder looked like just before
 * @param model what answers from it
 * @param problems why it does not, or why a later state of the folder does not
 * @param pending whether it was only seen and is tried once nobody writes to it any more
 */
record TriedVersion(
    VersionFolder folder,
    FolderStamp stamp,
    Optional<ServedModel> model,
    List<String> problems,
    boolean pending) {
  TriedVersion {
    problems = List.copyOf(problems);
  }

  /** For people, e.g. {@code model/1}. */
  String name() {
    return folder.name() + "/" + folder.version();
  }

  boolean served() {
    return model.isPresent();
  }

  /** Seen for the first time, or with other files than before. */
  static TriedVersion pending(VersionFolder folder, FolderStamp stamp) {
    return new TriedVersion(
        folder,
        stamp,
        Optional.empty(),
        List.of("new: loaded as soon as nobody writes to its folder any more"),
        true);
  }

  /** What answers still does, although the folder looks otherwise now. */
  TriedVersion seenAs(FolderStamp other, List<String> why) {
    return new TriedVersion(folder, other, model, why, false);
  }
}
