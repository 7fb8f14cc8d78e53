package ai.dvt.server.runtime;

import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.graph.SmallGraph;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import ai.dvt.server.runtime.provider.StageGraph;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Sessions of small graphs that work on rows on a device, one a graph for all models: each costs a
 * GPU memory of its own, and opening one stops what runs. Safe from any thread.
 */
final class DeviceGraphs implements AutoCloseable {
  private final ExecutionProvider provider;
  private final SessionSettings settings;
  private final Map<String, OrtSession> sessions = new HashMap<>();

  /**
   * @param provider whose device the rows lie on
   */
  DeviceGraphs(ExecutionProvider provider, SessionSettings settings) {
    this.provider = provider;
    this.settings = settings;
  }

  /** The session of a graph; opened when it is first asked for. */
  synchronized OrtSession session(String name, Supplier<SmallGraph> graph) throws NativeException {
    OrtSession open = sessions.get(name);
    if (open != null) {
      return open;
    }
    try (OrtSession.SessionOptions options = settings.options()) {
      provider.forRows().addTo(options, new StageGraph(name, List.of(), 1));
      OrtSession session =
          OrtEnvironment.getEnvironment().createSession(graph.get().toBytes(), options);
      sessions.put(name, session);
      return session;
    } catch (OrtException e) {
      throw new NativeException(name + ": " + e.getMessage());
    }
  }

  /** Ends the sessions. */
  @Override
  public synchronized void close() {
    try {
      for (OrtSession session : sessions.values()) {
        session.close();
      }
      sessions.clear();
    } catch (OrtException e) {
      throw new IllegalStateException("graphs", e);
    }
  }
}
