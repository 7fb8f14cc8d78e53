package ai.dvt.cascade;

/** What becomes of an image at an exit. */
public sealed interface ExitDecision {
  /** The image goes on to the next stage. */
  record Continue() implements ExitDecision {}

  /** The image is answered at this exit. */
  record Answer(ExitReason reason) implements ExitDecision {}

  /** The one instance of {@link Continue} that anybody needs. */
  ExitDecision CONTINUE = new Continue();
}
