package ai.dvt.server.runtime;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.config.Handover;
import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.capi.NativeRuntime;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs stages by sessions of one execution provider. */
public class SessionDevice implements Device {
  private static final Logger LOG = LoggerFactory.getLogger(SessionDevice.class);

  private static final int ON_GPU = 2;

  private final OrtEnvironment environment;
  private final ExecutionProvider provider;
  private final SessionSettings settings;
  private final int workers;
  private final boolean handoverOnDevice;
  private final NativeMemory memory = new NativeMemory();

  /** Taken by who uses a GPU: ONNX Runtime orders copies and runs of one thread at a time only. */
  private final Semaphore turns;

  private final DeviceGraphs graphs;
  private NativeRuntime runtime;
  private final AtomicInteger openTensors = new AtomicInteger();

  /**
   * @param provider owned from now on
   * @param workers threads that run stages side by side; of a provider with memory of its own at
   *     most {@value #ON_GPU}, which take it in turns: one gathers its batch and reads its logits
   *     while the other's is computed
   * @param handover where features and relations lie between the stages
   */
  public SessionDevice(
      ExecutionProvider provider, SessionSettings settings, int workers, Handover handover) {
    if (workers < 1) {
      throw new IllegalArgumentException("workers: " + workers + " (expected: >= 1)");
    }
    this.settings = settings;
    this.provider = provider;
    this.turns = new Semaphore(provider.onHost() ? Integer.MAX_VALUE : 1, true);
    this.graphs = new DeviceGraphs(provider, settings);
    this.workers = provider.onHost() ? workers : Math.min(workers, ON_GPU);
    this.handoverOnDevice =
        handover == Handover.DEVICE
            || (handover == Handover.AUTO && !provider.memory().equals("Cpu"));
    if (!"1".equals(System.getenv("ORT_DISABLE_TELEMETRY"))) {
      LOG.warn(
          "ORT_DISABLE_TELEMETRY: not set (expected: 1): ONNX Runtime 1.29 sends usage data and can"
              + " end the process at start when its command line is long");
    }
    this.environment = OrtEnvironment.getEnvironment();
    keepEnvironment();
  }

  /**
   * Stages run on while the process ends: until a server is drained, or a command is told to stop.
   */
  private static void keepEnvironment() {
    try {
      NativeRuntime.keepEnvironment();
    } catch (NativeException e) {
      LOG.warn("a signal may end the process in the middle of a run: {}", e.getMessage());
    }
  }

  @Override
  public String provider() {
    return provider.name();
  }

  @Override
  public boolean reducesPrecision() {
    return provider.reducesPrecision();
  }

  @Override
  public int runsAtOnce() {
    return provider.onHost() ? workers : 1;
  }

  @Override
  public boolean onHost() {
    return provider.onHost();
  }

  @Override
  public int largestBatchTried() {
    return provider.largestBatchTried();
  }

  @Override
  public int workers() {
    return workers;
  }

  @Override
  public CascadeSessions open(
      Path folder, CascadeManifest manifest, VariantSpec variant, int maxBatch)
      throws StageException {
    if (!runs(variant)) {
      throw new StageException(
          "variant "
              + variant.name()
              + ": made for "
              + variant.providers()
              + " (expected: "
              + provider()
              + " among them)");
    }
    Tensor image = StageTensors.image(manifest, variant.stages().get(0));
    HandoverLayout layout =
        new HandoverLayout(variant, Optional.of(image).filter(i -> handoverOnDevice));
    List<StageSession> opened = new ArrayList<>();
    boolean complete = false;
    try {
      for (int stage = 1; stage <= variant.stages().size(); stage++) {
        opened.add(
            session(folder, manifest, variant.stages().get(stage - 1), stage, layout, maxBatch));
      }
      CascadeSessions sessions = sessions(manifest, variant, maxBatch, layout, opened);
      complete = true;
      return sessions;
    } catch (NativeException e) {
      throw new StageException("provider " + provider() + ": " + e.getMessage(), e);
    } catch (OrtException e) {
      throw new StageException("provider " + provider() + ": " + e.getMessage(), e);
    } finally {
      if (!complete) {
        opened.forEach(StageSession::close);
      }
    }
  }

  private StageSession session(
      Path folder,
      CascadeManifest manifest,
      StageSpec spec,
      int stage,
      HandoverLayout layout,
      int maxBatch)
      throws StageException, OrtException {
    StageTensors tensors = StageTensors.of(manifest, layout, spec, stage, !handoverOnDevice);
    tensors.check(StageSession.place(stage, spec), maxBatch);
    try (OrtSession.SessionOptions options = settings.options()) {
      provider.addTo(options, tensors.graph(spec, maxBatch));
      return new StageSession(
          environment,
          options,
          folder,
          stage,
          spec,
          tensors.inputs(),
          tensors.outputs(),
          openTensors,
          new ArenaUse(settings.arena() && provider.onHost()));
    }
  }

  /**
   * Has the provider compile one stage as {@link #open} would, and keeps nothing open.
   *
   * @param folder the version folder
   * @param stage from 1
   * @param maxBatch the most rows that one run takes
   */
  public void compile(
      Path folder, CascadeManifest manifest, VariantSpec variant, int stage, int maxBatch)
      throws StageException {
    StageSpec spec = variant.stages().get(stage - 1);
    try {
      session(folder, manifest, spec, stage, new HandoverLayout(variant), maxBatch).close();
    } catch (OrtException e) {
      throw new StageException("provider " + provider() + ": " + e.getMessage(), e);
    }
  }

  private CascadeSessions sessions(
      CascadeManifest manifest,
      VariantSpec variant,
      int maxBatch,
      HandoverLayout layout,
      List<StageSession> stages)
      throws NativeException {
    if (!handoverOnDevice) {
      return new HostSessions(variant, maxBatch, layout, stages, memory, turns);
    }
    NativeRuntime shared = nativeRuntime();
    Tensor image = StageTensors.image(manifest, variant.stages().get(0));
    PictureUpload upload = new PictureUpload(graphs, shared, image, manifest.preprocessing());
    RowSelection selection = new RowSelection(graphs, shared);
    for (HandoverLayout.Group group : layout.groups()) {
      for (Tensor tensor : group.tensors()) {
        selection.prepare(tensor.dataType());
      }
    }
    return new DeviceSessions(
        variant, maxBatch, layout, stages, shared, selection, upload, turns, arena());
  }

  private Optional<String> arena() {
    return provider.memory().equals("Cpu")
        ? Optional.of("cpu:0").filter(cpu -> settings.arena())
        : Optional.of("gpu:" + provider.deviceNumber());
  }

  private synchronized NativeRuntime nativeRuntime() throws NativeException {
    if (runtime == null) {
      runtime = NativeRuntime.open(provider.memory(), provider.deviceNumber(), openTensors);
    }
    return runtime;
  }

  @Override
  public Workspace openWorkspace() {
    return new HostWorkspace(memory);
  }

  @Override
  public NativeMemory memory() {
    return memory;
  }

  @Override
  public int openTensors() {
    return openTensors.get();
  }

  /** Ends what this device opened for itself; the provider lives on. All sessions are closed. */
  public void release() {
    graphs.close();
    synchronized (this) {
      if (runtime != null) {
        runtime.close();
        runtime = null;
      }
    }
  }

  /** ONNX Runtime's environment lives on, as long as the process. */
  @Override
  public void close() {
    release();
    provider.close();
  }
}
