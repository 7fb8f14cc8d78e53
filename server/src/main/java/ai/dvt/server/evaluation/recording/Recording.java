package ai.dvt.server.evaluation.recording;

import ai.dvt.cascade.records.ExitRecords;
import java.util.List;

/**
 * A finished recording.
 *
 * @param names of the pictures, in the order of the records
 * @param unreadable pictures left out, each with the reason
 * @param ran pictures that went through the model now
 */
public record Recording(ExitRecords records, List<String> names, List<String> unreadable, int ran) {
  public Recording {
    names = List.copyOf(names);
    unreadable = List.copyOf(unreadable);
  }
}
