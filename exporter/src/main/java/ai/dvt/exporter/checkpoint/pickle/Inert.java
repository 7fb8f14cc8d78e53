package ai.dvt.exporter.checkpoint.pickle;

/** What an allowed class would have been built from; never built. */
public final class Inert implements PickleValue {
  private final Global type;
  private final PickleValue arguments;
  private PickleValue state = new None();
  private int depth;

  Inert(Global type, PickleValue arguments) {
    this.type = type;
    this.arguments = arguments;
    this.depth = Depth.around(1, arguments);
  }

  /** The class. */
  public Global type() {
    return type;
  }

  /** The arguments of its constructor, a tuple as a rule. */
  public PickleValue arguments() {
    return arguments;
  }

  /** The attributes it would get, usually a {@link Mapping}; {@link PickleValue.None} if none. */
  public PickleValue state() {
    return state;
  }

  int depth() {
    return depth;
  }

  void state(PickleValue state) {
    this.depth = Depth.around(depth, state);
    this.state = state;
  }
}
