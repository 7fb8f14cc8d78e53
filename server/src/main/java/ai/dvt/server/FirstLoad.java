package ai.dvt.server;

import ai.dvt.server.DeviceChoice.Way;
import ai.dvt.server.SessionOpener.Opened;
import ai.dvt.server.config.RepositorySettings;
import ai.dvt.server.repository.FolderStamp;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.PrivateFolder;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.repository.RepositoryListing;
import ai.dvt.server.repository.VersionFolder;
import ai.dvt.server.runtime.StageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The start of a server that picks its mode: every version that is about to be served is opened and
 * measured in each way to use the threads, one way is chosen for them all, and its sessions are
 * kept for {@link VersionLoader}. Of one thread at a time.
 */
final class FirstLoad implements AutoCloseable {
  /** What part of a model's throughput the shorter latency may cost. */
  private static final double WORTH = 0.95;

  /**
   * A version that was copied, checked and opened.
   *
   * @param copy the holder's
   * @param opened the holder's
   */
  record Ready(PrivateFolder copy, VersionFolder.Checked checked, Opened opened) {
    private void close() {
      opened.sessions().close();
      copy.close();
    }
  }

  private record Key(VersionFolder folder, FolderStamp stamp) {}

  private final SessionOpener opener;
  private final RepositorySettings settings;
  private final Map<Key, Ready> ready = new HashMap<>();

  /** Images a second that the second way keeps, as a part of the first's. */
  private double least = Double.MAX_VALUE;

  private String leastOf = "";

  FirstLoad(SessionOpener opener, RepositorySettings settings) {
    this.opener = opener;
    this.settings = settings;
  }

  /**
   * Chooses for all models together: one worker with all threads where that costs none of them more
   * than a twentieth of the images a second through all stages, else as many workers as threads.
   *
   * @param ways that of most throughput, then that of the least latency; the caller closes the
   *     other one's device
   */
  Way choose(List<Way> ways, RepositoryListing listing) {
    Map<Key, Ready> joint = new HashMap<>();
    listing
        .models()
        .forEach(
            (name, folders) -> {
              if (settings.only().isEmpty() || settings.only().contains(name)) {
                int from = Math.max(0, folders.size() - settings.versions());
                folders.subList(from, folders.size()).forEach(each -> open(each, ways, joint));
              }
            });
    if (leastOf.isEmpty()) {
      return ways.get(0).because("no model to measure");
    }
    boolean latency = least >= WORTH;
    Map<Key, Ready> losers = latency ? ready : joint;
    losers.values().forEach(loser -> loser.opened().sessions().close());
    if (latency) {
      ready.clear();
      ready.putAll(joint);
    }
    return ways.get(latency ? 1 : 0)
        .because(
            String.format(
                Locale.ROOT,
                "one worker keeps %.0f %% or more of the images/s of one-thread workers, least for"
                    + " %s",
                100 * least,
                leastOf));
  }

  /** A version that does not open here is told of when it is loaded. */
  private void open(VersionFolder folder, List<Way> ways, Map<Key, Ready> joint) {
    Key key = new Key(folder, FolderStamp.of(folder.folder()));
    List<Opened> opened = new ArrayList<>();
    PrivateFolder copy = null;
    boolean complete = false;
    try {
      copy = PrivateFolder.create(settings.copies());
      VersionFolder.Checked checked = folder.copyTo(copy.path());
      if (checked.version().isEmpty()) {
        return;
      }
      ModelVersion version = checked.version().get();
      String setting = version.manifest().settings().get(0);
      double[] perSecond = new double[ways.size()];
      for (int i = 0; i < perSecond.length; i++) {
        Way way = ways.get(i);
        opened.add(opener.open(way.device(), version, setting, copy.path(), true));
        perSecond[i] =
            way.device().runsAtOnce() * 1e9 / opened.get(i).times().orElseThrow().nanosPerImage();
      }
      ready.put(key, new Ready(copy, checked, opened.get(0)));
      joint.put(key, new Ready(copy, checked, opened.get(1)));
      if (perSecond[1] / perSecond[0] < least) {
        least = perSecond[1] / perSecond[0];
        leastOf = version.name() + "/" + version.version();
      }
      complete = true;
    } catch (IOException | StageException | RepositoryException e) {
      return;
    } finally {
      if (!complete) {
        opened.forEach(each -> each.sessions().close());
        if (copy != null) {
          copy.close();
        }
      }
    }
  }

  /**
   * A version that is open already; once.
   *
   * @return the caller's from now on
   */
  Optional<Ready> take(VersionFolder folder, FolderStamp stamp) {
    return Optional.ofNullable(ready.remove(new Key(folder, stamp)));
  }

  /** Closes what nobody took. */
  @Override
  public void close() {
    ready.values().forEach(Ready::close);
    ready.clear();
  }
}
