package ai.dvt.server.evaluation.recording;

/** Hears how far a recording is, often, on the recording thread. */
public interface Progress {
  /**
   * @param done pictures finished now
   * @param kept of these, pictures known from an earlier run
   */
  void at(int done, int kept, int total);

  /** Something that the user should know. */
  void note(String text);
}
