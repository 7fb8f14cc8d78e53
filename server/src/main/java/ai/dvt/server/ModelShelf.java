package ai.dvt.server;

import ai.dvt.server.config.RepositorySettings;
import ai.dvt.server.repository.FolderStamp;
import ai.dvt.server.repository.VersionFolder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions of one model: the newest good ones are served, as many as wanted. A version is read
 * once; a later change of its folder changes nothing until it is asked for. Of one thread.
 */
final class ModelShelf {
  private static final Logger LOG = LoggerFactory.getLogger(ModelShelf.class);

  /** What an update tries. */
  enum Step {
    /** Everything that was not tried yet, at once. */
    START,
    /** The same, but only folders that look as they did at the last update. */
    POLL,
    /** Also what failed or changed. */
    ANEW
  }

  private final VersionLoader loader;
  private final RepositorySettings settings;
  private List<TriedVersion> versions = List.of();

  ModelShelf(VersionLoader loader, RepositorySettings settings) {
    this.loader = loader;
    this.settings = settings;
  }

  /** The versions that are served or should be, by number rising. */
  List<TriedVersion> versions() {
    return versions;
  }

  /**
   * Brings the versions in line with what lies on disk. Those that are no longer here keep running
   * until the caller closes them.
   *
   * @param folders by number rising
   * @param step how much to try
   * @param makeRoom called when versions left this shelf and are to end before another is loaded
   */
  void update(List<VersionFolder> folders, Step step, Runnable makeRoom) {
    Map<String, TriedVersion> before = new HashMap<>();
    versions.forEach(version -> before.put(version.folder().version(), version));
    Deque<TriedVersion> after = new ArrayDeque<>();
    int good = 0;
    for (int i = folders.size() - 1; i >= 0 && good < settings.versions(); i--) {
      VersionFolder folder = folders.get(i);
      FolderStamp stamp = FolderStamp.of(folder.folder());
      TriedVersion known = before.get(folder.version());
      TriedVersion now;
      boolean same = known != null && known.stamp().equals(stamp);
      if (same && !known.pending() && (known.served() || step != Step.ANEW)) {
        now = known;
      } else if (known != null && known.served() && step != Step.ANEW) {
        LOG.warn(
            "{}: its folder changed (expected: immutable, a change in a new version); served as it"
                + " was loaded",
            known.name());
        now = known.seenAs(stamp, List.of());
      } else if (!same && step == Step.POLL) {
        now = TriedVersion.pending(folder, stamp);
      } else {
        if (settings.unloadFirst()) {
          leaveRoom(folders.subList(0, i), settings.versions() - good - 1, before, after, makeRoom);
        }
        now = loader.load(folder, stamp);
        TriedVersion old = before.get(folder.version());
        if (!now.served() && old != null && old.served()) {
          now = old.seenAs(stamp, now.problems());
        }
        if (step != Step.START && !now.problems().isEmpty()) {
          LOG.warn("{}: not loaded: {}", now.name(), String.join("; ", now.problems()));
        }
      }
      after.addFirst(now);
      good += now.served() ? 1 : 0;
    }
    versions = new ArrayList<>(after);
  }

  /** Drops served versions so that with the one to be loaded there are not too many. */
  private void leaveRoom(
      List<VersionFolder> older,
      int kept,
      Map<String, TriedVersion> before,
      Deque<TriedVersion> after,
      Runnable makeRoom) {
    Deque<TriedVersion> meanwhile = new ArrayDeque<>(after);
    for (int i = older.size() - 1; i >= 0; i--) {
      TriedVersion version = before.get(older.get(i).version());
      if (version != null && version.served() && meanwhile.size() - after.size() < kept) {
        meanwhile.addFirst(version);
      }
    }
    boolean drops =
        before.values().stream()
            .anyMatch(version -> version.served() && !meanwhile.contains(version));
    if (drops) {
      versions = new ArrayList<>(meanwhile);
      before.values().removeIf(version -> version.served() && !meanwhile.contains(version));
      makeRoom.run();
    }
  }
}
