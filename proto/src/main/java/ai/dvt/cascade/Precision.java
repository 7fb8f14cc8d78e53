package ai.dvt.cascade;

/** The arithmetic of a graph. */
public enum Precision {
  FLOAT32,
  FLOAT16,
  INT8
}
