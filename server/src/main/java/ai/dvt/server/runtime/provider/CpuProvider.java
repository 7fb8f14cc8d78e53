package ai.dvt.server.runtime.provider;

import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Map;

/** What every session has in any case. */
public final class CpuProvider implements ExecutionProvider {
  public static final String NAME = "cpu";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean onHost() {
    return true;
  }

  @Override
  public Map<String, String> options(StageGraph graph) {
    return Map.of();
  }

  @Override
  public void addTo(SessionOptions session, StageGraph graph) {}
}
