package ai.dvt.exporter.bundle;

import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Runs a written cascade once, so that its answers can be stored beside it. */
@FunctionalInterface
public interface ReferenceRun {
  /**
   * @param folder of the variant's files
   * @param input float32 [pictures, 3, height, width], normalised
   * @return of every exit, float32 [pictures, classes]
   */
  List<NpyArray> logits(Path folder, VariantSpec variant, NpyArray input) throws IOException;
}
