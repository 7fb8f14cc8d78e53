package ai.dvt.server;

import ai.dvt.server.config.RepositorySettings;
import ai.dvt.server.grpc.ModelCatalogue;
import ai.dvt.server.grpc.ModelControl;
import ai.dvt.server.grpc.ModelControlException;
import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.grpc.UnservedModel;
import ai.dvt.server.repository.BrokenModel;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.repository.RepositoryListing;
import ai.dvt.server.repository.VersionFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of a running server. What the repository holds becomes a new catalogue, all at once;
 * versions that are not in it any more end when nobody uses them. Changes happen on one thread.
 */
final class LiveModels implements ModelControl, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveModels.class);

  private final Path root;
  private final RepositorySettings settings;
  private final VersionLoader loader;
  private final Retirement retirement;
  private final Consumer<ModelCatalogue> published;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread models = new Thread(work, "models");
            models.setDaemon(true);
            return models;
          });

  // Of the models' thread.
  private final SortedMap<String, ModelShelf> shelves = new TreeMap<>();
  private final Set<String> withheld = new TreeSet<>();
  private SortedMap<String, List<VersionFolder>> listed = new TreeMap<>();
  private List<BrokenModel> unreadable = List.of();
  private boolean begun;
  private String lastFailure = "";

  private volatile ModelCatalogue catalogue = new ModelCatalogue(List.of(), List.of());

  /**
   * @param published hears every catalogue, on the models' thread, once requests see it
   */
  LiveModels(
      Path root,
      RepositorySettings settings,
      VersionLoader loader,
      Retirement retirement,
      Consumer<ModelCatalogue> published) {
    this.root = root;
    this.settings = settings;
    this.loader = loader;
    this.retirement = retirement;
    this.published = published;
  }

  /** The models of the moment. */
  ModelCatalogue catalogue() {
    return catalogue;
  }

  /**
   * Loads what is there, and from then on looks again if so configured.
   *
   * @throws RepositoryException if there is no readable folder
   */
  void start() throws RepositoryException {
    RepositoryListing listing = RepositoryListing.of(root);
    CompletableFuture.runAsync(() -> begin(listing), thread).join();
    settings
        .poll()
        .ifPresent(
            every ->
                thread.scheduleWithFixedDelay(
                    this::poll, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS));
  }

  private void begin(RepositoryListing listing) {
    if (!settings.only().isEmpty()) {
      withheld.addAll(listing.models().keySet());
      settings.only().forEach(withheld::remove);
    }
    apply(listing);
    begun = true;
  }

  private void poll() {
    try {
      apply(RepositoryListing.of(root));
      lastFailure = "";
    } catch (RepositoryException | RuntimeException e) {
      if (!lastFailure.equals(String.valueOf(e.getMessage()))) {
        LOG.error("The repository cannot be read; all models stay", e);
      }
      lastFailure = String.valueOf(e.getMessage());
    }
  }

  private void apply(RepositoryListing listing) {
    listed = listing.models();
    unreadable = listing.unreadable();
    Set<String> names = new TreeSet<>(shelves.keySet());
    names.addAll(listed.keySet());
    ModelShelf.Step step = begun ? ModelShelf.Step.POLL : ModelShelf.Step.START;
    names.forEach(name -> update(name, step));
    publish(false);
  }

  private void update(String name, ModelShelf.Step step) {
    List<VersionFolder> folders =
        withheld.contains(name) ? List.of() : listed.getOrDefault(name, List.of());
    ModelShelf shelf = shelves.computeIfAbsent(name, unused -> new ModelShelf(loader, settings));
    shelf.update(folders, step, () -> publish(true));
    if (folders.isEmpty()) {
      shelves.remove(name);
    }
  }

  private void publish(boolean wait) {
    List<ServedModel> served = new ArrayList<>();
    List<UnservedModel> unserved = new ArrayList<>();
    unreadable.forEach(
        model -> unserved.add(new UnservedModel(model.name(), model.version(), model.problems())));
    for (String name : withheld) {
      List<VersionFolder> folders = listed.getOrDefault(name, List.of());
      if (!folders.isEmpty()) {
        String newest = folders.get(folders.size() - 1).version();
        unserved.add(
            new UnservedModel(name, newest, List.of("unloaded, or not asked to be loaded")));
      }
    }
    for (ModelShelf shelf : shelves.values()) {
      for (TriedVersion version : shelf.versions()) {
        version.model().ifPresent(served::add);
        if (!version.served()) {
          unserved.add(
              new UnservedModel(
                  version.folder().name(), version.folder().version(), version.problems()));
        }
      }
    }
    ModelCatalogue before = catalogue;
    ModelCatalogue after = new ModelCatalogue(served, unserved);
    if (after.equals(before)) {
      return;
    }
    catalogue = after;
    published.accept(after);
    if (begun) {
      after.served().stream()
          .filter(model -> !before.served().contains(model))
          .forEach(model -> LOG.info("{}: serving", model.cascade().name()));
    }
    List<ServedModel> gone = new ArrayList<>(before.served());
    gone.removeAll(new HashSet<>(after.served()));
    for (ServedModel model : gone) {
      model.settings().close();
      retirement.retire(model.cascade(), wait);
    }
  }

  @Override
  public CompletableFuture<Void> load(String name) {
    return change(
        name,
        () -> {
          withheld.remove(name);
          update(name, ModelShelf.Step.ANEW);
        });
  }

  @Override
  public CompletableFuture<Void> unload(String name) {
    return change(
        name,
        () -> {
          withheld.add(name);
          update(name, ModelShelf.Step.POLL);
        });
  }

  private CompletableFuture<Void> change(String name, Runnable change) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    try {
      thread.execute(() -> carryOut(name, change, done));
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(ModelControlException.failed("the server shuts down"));
    }
    return done;
  }

  private void carryOut(String name, Runnable change, CompletableFuture<Void> done) {
    try {
      RepositoryListing listing = RepositoryListing.of(root);
      if (!listing.models().containsKey(name) && !shelves.containsKey(name)) {
        throw ModelControlException.unknown(name);
      }
      if (listing.models().containsKey(name)) {
        listed.put(name, listing.models().get(name));
      } else {
        listed.remove(name);
      }
      change.run();
      publish(false);
      List<TriedVersion> versions =
          shelves.containsKey(name) ? shelves.get(name).versions() : List.of();
      if (!versions.isEmpty()) {
        TriedVersion newest = versions.get(versions.size() - 1);
        if (!newest.problems().isEmpty()) {
          throw ModelControlException.failed(
              "model " + newest.name() + ": " + String.join("; ", newest.problems()));
        }
      }
      done.complete(null);
    } catch (RepositoryException e) {
      done.completeExceptionally(ModelControlException.failed(e.getMessage()));
    } catch (ModelControlException | RuntimeException e) {
      done.completeExceptionally(e);
    }
  }

  /** No change begins any more. */
  void stop() {
    thread.shutdownNow();
  }

  /** Ends all models. Their images have ended. */
  @Override
  public void close() {
    stop();
    try {
      thread.awaitTermination(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    catalogue.served().forEach(model -> model.settings().close());
    retirement.close();
    catalogue.served().forEach(model -> model.cascade().close());
  }
}
