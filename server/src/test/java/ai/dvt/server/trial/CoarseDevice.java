package ai.dvt.server.trial;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.config.Handover;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.HandoverRow;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.SessionDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.StageRun;
import ai.dvt.server.runtime.Workspace;
import ai.dvt.server.runtime.provider.CpuProvider;
import java.nio.file.Path;
import java.util.List;

/** The CPU, with logits rounded to multiples of a step; says that it computes with less. */
final class CoarseDevice extends SessionDevice {
  private final float step;

  CoarseDevice(float step) {
    super(new CpuProvider(), SessionSettings.DEFAULT, 1, Handover.HOST);
    this.step = step;
  }

  @Override
  public boolean reducesPrecision() {
    return true;
  }

  @Override
  public CascadeSessions open(
      Path folder, CascadeManifest manifest, VariantSpec variant, int maxBatch)
      throws StageException {
    return new Sessions(super.open(folder, manifest, variant, maxBatch), step);
  }

  private record Sessions(CascadeSessions exact, float step) implements CascadeSessions {
    @Override
    public StageRun run(
        int stage,
        List<? extends RowWriter> images,
        List<? extends HandoverRow> handover,
        Workspace workspace)
        throws StageException {
      return new Run(exact.run(stage, images, handover, workspace), step);
    }

    @Override
    public VariantSpec variant() {
      return exact.variant();
    }

    @Override
    public int classes() {
      return exact.classes();
    }

    @Override
    public int maxBatch() {
      return exact.maxBatch();
    }

    @Override
    public int imageRowBytes() {
      return exact.imageRowBytes();
    }

    @Override
    public long handoverBytes(int stage) {
      return exact.handoverBytes(stage);
    }

    @Override
    public void lowerMaxBatch(int rows) {
      exact.lowerMaxBatch(rows);
    }

    @Override
    public int openRows() {
      return exact.openRows();
    }

    @Override
    public void close() {
      exact.close();
    }
  }

  private record Run(StageRun exact, float step) implements StageRun {
    @Override
    public float[] logits(int row) {
      float[] logits = exact.logits(row);
      for (int i = 0; i < logits.length; i++) {
        logits[i] = step * Math.round(logits[i] / step);
      }
      return logits;
    }

    @Override
    public int rows() {
      return exact.rows();
    }

    @Override
    public long nanos() {
      return exact.nanos();
    }

    @Override
    public List<HandoverRow> keep(List<Integer> rows) {
      return exact.keep(rows);
    }

    @Override
    public void close() {
      exact.close();
    }
  }
}
