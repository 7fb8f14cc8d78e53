package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.Mode;
import ai.dvt.server.config.RepositorySettings;
import ai.dvt.server.config.ServerConfig;
import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.repository.FolderStamp;
import ai.dvt.server.repository.RepositoryListing;
import ai.dvt.server.repository.VersionFolder;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.NativeMemory;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.Workspace;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mode and batch sizes that are picked at the start, over all models, from one measurement. */
class FirstLoadTest {
  private static final EngineLimits PICKED =
      new EngineLimits(2, Mode.AUTO, OptionalInt.empty(), List.of(), Defaults.engine().queue());

  @TempDir Path models;

  @BeforeEach
  void write() {
    ToyCascade.write(models.resolve("one").resolve("1"), "one");
    ToyCascade.write(models.resolve("two").resolve("1"), "two");
  }

  /** A real device that tells which models were opened on it. */
  private record Told(Device device, List<String> opened) implements Device {
    static Told of(SessionSettings settings, int workers) {
      return new Told(new CpuDevice(settings, workers), new ArrayList<>());
    }

    @Override
    public CascadeSessions open(
        Path folder, CascadeManifest manifest, VariantSpec variant, int maxBatch)
        throws StageException {
      opened.add(manifest.model());
      return device.open(folder, manifest, variant, maxBatch);
    }

    @Override
    public String provider() {
      return device.provider();
    }

    @Override
    public int workers() {
      return device.workers();
    }

    @Override
    public Workspace openWorkspace() {
      return device.openWorkspace();
    }

    @Override
    public NativeMemory memory() {
      return device.memory();
    }

    @Override
    public int openTensors() {
      return device.openTensors();
    }

    @Override
    public void close() {
      device.close();
    }
  }

  @Test
  void every_model_is_opened_once_in_each_way_and_the_chosen_sessions_are_handed_on()
      throws Exception {
    SessionSettings two = new SessionSettings(2, true, false);
    try (Told side = Told.of(SessionSettings.DEFAULT, 2);
        Told joint = Told.of(two, 1);
        FirstLoad first = new FirstLoad(new SessionOpener(PICKED), RepositorySettings.DEFAULT)) {
      List<DeviceChoice.Way> ways =
          List.of(
              new DeviceChoice.Way(Mode.THROUGHPUT, side, SessionSettings.DEFAULT, "told"),
              new DeviceChoice.Way(Mode.LATENCY, joint, two, "told"));
      RepositoryListing listing = RepositoryListing.of(models);
      DeviceChoice.Way way = first.choose(ways, listing);
      assertThat(side.opened()).containsExactly("one", "two");
      assertThat(joint.opened()).containsExactly("one", "two");
      assertThat(ways).extracting(DeviceChoice.Way::mode).contains(way.mode());
      assertThat(way.said()).containsAnyOf("least for one/1", "least for two/1");
      for (String name : List.of("one", "two")) {
        VersionFolder folder = listing.models().get(name).get(0);
        FolderStamp stamp = FolderStamp.of(folder.folder());
        Optional<FirstLoad.Ready> ready = first.take(folder, stamp);
        assertThat(ready).isPresent();
        SessionOpener.Opened opened = ready.get().opened();
        assertThat(opened.batches()).isEqualTo(opened.times().orElseThrow().batches());
        assertThat(opened.sessions().maxBatch()).isEqualTo(Collections.max(opened.batches()));
        assertThat(first.take(folder, stamp)).as("a second time").isEmpty();
        opened.sessions().close();
        assertThat(ready.get().copy().path()).exists();
        ready.get().copy().close();
      }
    }
  }

  @Test
  void what_the_server_reports_is_what_was_picked() throws Exception {
    ServerConfig config =
        new ServerConfig(
            models,
            Defaults.HOST,
            0,
            PICKED,
            Defaults.calls(),
            Defaults.connections(),
            Duration.ofSeconds(20));
    try (CascadeServer server = CascadeServer.start(config)) {
      assertThat(server.catalogue().served()).hasSize(2);
      for (ServedModel model : server.catalogue().served()) {
        ServedModel.Execution execution = model.execution();
        assertThat(server.deviceChoice())
            .contains(
                "workers " + execution.workers() + ", threads each " + execution.threadsPerRun());
        assertThat(execution.workers() * execution.threadsPerRun()).isEqualTo(2);
        assertThat(execution.maxBatch())
            .isEqualTo(model.cascade().maxBatch())
            .isEqualTo(Collections.max(model.cascade().pace().batches()));
        assertThat(model.cascade().times().expectedNanos(3, 1)).isPositive();
      }
    }
  }

  @Test
  void a_model_that_does_not_open_is_not_in_the_way() throws Exception {
    Files.writeString(models.resolve("one").resolve("1").resolve("manifest.json"), "{}");
    ServerConfig config =
        new ServerConfig(
            models,
            Defaults.HOST,
            0,
            PICKED,
            Defaults.calls(),
            Defaults.connections(),
            Duration.ofSeconds(20));
    try (CascadeServer server = CascadeServer.start(config)) {
      assertThat(server.catalogue().served()).hasSize(1);
      assertThat(server.deviceChoice()).contains("least for two/1");
    }
  }
}
