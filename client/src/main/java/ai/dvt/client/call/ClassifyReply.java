package ai.dvt.client.call;

import java.util.List;

/**
 * The results of one call.
 *
 * @param model the version that answered
 * @param results one a picture, in the order of the pictures
 */
public record ClassifyReply(ModelId model, List<ImageResult> results) {
  public ClassifyReply {
    results = List.copyOf(results);
  }
}
