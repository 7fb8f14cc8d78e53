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
import ai.dvt.server.toy.ForwardingRun;
import ai.dvt.server.toy.ForwardingSessions;
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
    return new ForwardingSessions(super.open(folder, manifest, variant, maxBatch)) {
      @Override
      public StageRun run(
          int stage,
          List<? extends RowWriter> images,
          List<? extends HandoverRow> handover,
          Workspace workspace)
          throws StageException {
        return new ForwardingRun(super.run(stage, images, handover, workspace)) {
          @Override
          public float[] logits(int row) {
            return rounded(super.logits(row));
          }
        };
      }
    };
  }

  private float[] rounded(float[] logits) {
    for (int i = 0; i < logits.length; i++) {
      logits[i] = step * Math.round(logits[i] / step);
    }
    return logits;
  }
}
