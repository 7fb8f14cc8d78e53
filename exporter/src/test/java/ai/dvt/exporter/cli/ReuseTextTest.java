package ai.dvt.exporter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.exporter.geometry.ReuseSpec;
import ai.dvt.exporter.geometry.ReuseSpec.ClassToken;
import ai.dvt.exporter.geometry.ReuseSpec.FeatureSource;
import ai.dvt.exporter.geometry.ReuseSpec.Features;
import ai.dvt.exporter.geometry.ReuseSpec.Layers;
import ai.dvt.exporter.geometry.ReuseSpec.RelationSource;
import ai.dvt.exporter.geometry.ReuseSpec.Relations;
import ai.dvt.exporter.geometry.ReuseSpec.Transform;
import ai.dvt.exporter.geometry.ReuseSpec.Upsampling;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReuseTextTest {
  private static ReuseSpec read(String text) {
    return new ReuseText().convert(text).spec();
  }

  @Test
  void short_words_are_the_papers_proposal() {
    assertThat(read("none")).isEqualTo(ReuseSpec.NONE);
    assertThat(read("both")).isEqualTo(ReuseSpec.BOTH);
    assertThat(read("features+relations")).isEqualTo(ReuseSpec.BOTH);
    assertThat(read("features"))
        .isEqualTo(new ReuseSpec(Optional.of(Features.PROPOSED), Optional.empty()));
    assertThat(read("relations"))
        .isEqualTo(new ReuseSpec(Optional.empty(), Optional.of(Relations.PROPOSED)));
  }

  @Test
  void details_are_the_variants_of_tables_7_and_8() {
    assertThat(
            read(
                "features:corresponding-layer,class-reused,first-layer,linear,no-norm"
                    + "+relations:final-layer,linear,naive"))
        .isEqualTo(
            new ReuseSpec(
                Optional.of(
                    new Features(
                        FeatureSource.CORRESPONDING_LAYER,
                        ClassToken.REUSED,
                        Layers.FIRST,
                        Transform.LINEAR,
                        false)),
                Optional.of(
                    new Relations(
                        RelationSource.FINAL_LAYER, Transform.LINEAR, Upsampling.NAIVE))));
  }
}
