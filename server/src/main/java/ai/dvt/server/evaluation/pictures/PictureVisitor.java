package ai.dvt.server.evaluation.pictures;

import ai.dvt.server.evaluation.EvaluationException;

/** Takes pictures one after the other. */
@FunctionalInterface
public interface PictureVisitor {
  /**
   * @return whether to go on
   */
  boolean visit(LabelledPicture picture) throws EvaluationException, InterruptedException;
}
