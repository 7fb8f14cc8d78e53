package ai.dvt.server.runtime;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.DataType;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** ONNX Runtime's CPU provider; hand-over stays in direct memory. */
public final class CpuDevice implements Device {
  private static final Logger LOG = LoggerFactory.getLogger(CpuDevice.class);

  private final OrtEnvironment environment;
  private final SessionSettings settings;
  private final int workers;
  private final NativeMemory memory = new NativeMemory();
  private final AtomicInteger openTensors = new AtomicInteger();

  /**
   * @param workers threads that run stages side by side
   */
  public CpuDevice(SessionSettings settings, int workers) {
    if (workers < 1) {
      throw new IllegalArgumentException("workers: " + workers + " (expected: >= 1)");
    }
    this.settings = settings;
    this.workers = workers;
    if (!"1".equals(System.getenv("ORT_DISABLE_TELEMETRY"))) {
      LOG.warn(
          "ORT_DISABLE_TELEMETRY: not set (expected: 1): ONNX Runtime 1.29 sends usage data and can"
              + " end the process at start when its command line is long");
    }
    this.environment = OrtEnvironment.getEnvironment();
  }

  @Override
  public String provider() {
    return "cpu";
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
    HandoverLayout layout = new HandoverLayout(variant);
    List<StageSession> opened = new ArrayList<>();
    boolean complete = false;
    try (OrtSession.SessionOptions options = settings.options()) {
      for (int stage = 1; stage <= variant.stages().size(); stage++) {
        StageSpec spec = variant.stages().get(stage - 1);
        List<Tensor> inputs = new ArrayList<>();
        inputs.add(image(manifest, spec));
        layout.inputs(stage).forEach(input -> inputs.add(input.input()));
        List<Tensor> outputs = new ArrayList<>();
        outputs.add(
            new Tensor(spec.logitsOutput(), DataType.FLOAT32, List.of((long) manifest.classes())));
        outputs.addAll(layout.outputs(stage));
        checkSizes(StageSession.place(stage, spec), inputs, maxBatch);
        checkSizes(StageSession.place(stage, spec), outputs, maxBatch);
        opened.add(
            new StageSession(
                environment, options, folder, stage, spec, inputs, outputs, openTensors));
      }
      complete = true;
    } catch (OrtException e) {
      throw new StageException("provider cpu: " + e.getMessage(), e);
    } finally {
      if (!complete) {
        opened.forEach(StageSession::close);
      }
    }
    return new HostSessions(variant, maxBatch, layout, opened, memory);
  }

  private static Tensor image(CascadeManifest manifest, StageSpec spec) {
    return new Tensor(
        spec.imageInput(),
        DataType.FLOAT32,
        List.of(
            3L, (long) manifest.preprocessing().height(), (long) manifest.preprocessing().width()));
  }

  private static void checkSizes(String place, List<Tensor> tensors, int maxBatch)
      throws StageException {
    if (maxBatch < 1) {
      throw new StageException("max-batch: " + maxBatch + " (expected: >= 1)");
    }
    for (Tensor tensor : tensors) {
      if ((long) tensor.rowBytes() * maxBatch > Integer.MAX_VALUE) {
        throw new StageException(
            place
                + ", tensor "
                + tensor.name()
                + ": "
                + tensor.rowBytes()
                + " bytes an image at max-batch "
                + maxBatch
                + " (expected: under 2 GiB a batch)");
      }
    }
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

  /** Does nothing: ONNX Runtime's environment lives as long as the process. */
  @Override
  public void close() {}
}
