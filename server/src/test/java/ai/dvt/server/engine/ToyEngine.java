package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.toy.ToyCascade;
import ai.dvt.server.toy.ToyHandover;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** An engine with one toy cascade; closing it checks that nothing is left. */
final class ToyEngine implements AutoCloseable {
  static final Duration LONG = Duration.ofHours(1);
  static final String EARLY = "confidence>=0.9,0.9";

  final CpuDevice device;
  final CascadeSessions sessions;
  final ServedCascade cascade;
  final CascadeEngine engine;

  ToyEngine(Path folder, int workers, int maxBatch) {
    this(folder, workers, maxBatch, Long.MAX_VALUE / 2, new SystemClock());
  }

  ToyEngine(Path folder, int workers, int maxBatch, long capacityBytes, EngineClock clock) {
    device = new CpuDevice(SessionSettings.DEFAULT, workers, ToyHandover.CHOSEN);
    CascadeManifest manifest = ToyCascade.write(folder, "toy");
    try {
      sessions = device.open(folder, manifest, manifest.variants().get(0), maxBatch);
    } catch (StageException e) {
      throw new AssertionError(e);
    }
    cascade = new ServedCascade("toy/1", sessions);
    cascade.setPace(Pace.of(maxBatch, LONG));
    EngineSettings settings = new EngineSettings(capacityBytes, 1 << 20);
    engine = new CascadeEngine(settings, new FullBatchesFirst(), clock);
    engine.start(device);
  }

  BoundPolicy policy(String text) {
    return BoundPolicy.of(
        ExitPolicy.parse(text), cascade.variant().gflops(), name -> Optional.empty());
  }

  ImageTask task(Picture picture, String policy, ImageListener listener) {
    return new ImageTask(
        cascade, picture, policy(policy), false, OptionalLong.empty(), LONG, listener);
  }

  ImageTask clientDriven(Picture picture, Duration idle, ImageListener listener) {
    return new ImageTask(
        cascade, picture, policy("last"), true, OptionalLong.empty(), idle, listener);
  }

  ImageTicket submit(ImageTask task) {
    return engine.submit(
        engine
            .admission()
            .tryReserve(task.cascade(), task.image().queuedBytes())
            .orElseThrow(() -> new AssertionError("no room")),
        task);
  }

  Heard submit(Picture picture, String policy) {
    Heard heard = new Heard();
    submit(task(picture, policy, heard));
    return heard;
  }

  /** Nothing is in the engine: no row, no reservation. */
  void assertEmpty() {
    assertThat(engine.drain(Duration.ofSeconds(30))).isTrue();
    assertThat(sessions.openRows()).isZero();
    assertThat(engine.admission().reservedBytes()).isZero();
    assertThat(device.openTensors()).isZero();
  }

  @Override
  public void close() {
    engine.close();
    cascade.close();
    assertThat(sessions.openRows()).isZero();
    assertThat(engine.admission().reservedBytes()).isZero();
    assertThat(device.memory().openBytes()).isZero();
    assertThat(device.memory().openBlocks()).isZero();
    assertThat(device.openTensors()).isZero();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("stage-worker-cpu"));
    device.close();
  }
}
