package ai.dvt.client.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.VariantSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** A model of one exit in three settings of two flavours each, as a client sees it. */
class ModelDescriptionTest {
  private final ModelDescription model = describe();

  private static ModelDescription describe() {
    List<VariantSpec> variants = new ArrayList<>();
    List<OperatingPoint> points = new ArrayList<>();
    points.add(point("everywhere", Optional.empty()));
    points.add(point("elsewhere", Optional.of("keep-0.9.portable")));
    for (int tenths = 9; tenths > 4; tenths -= 2) {
      String setting = "keep-0." + tenths;
      for (Flavour flavour : List.of(Flavour.CPU, Flavour.PORTABLE)) {
        FileSpec graph = new FileSpec("g.onnx", "00".repeat(32), 1);
        StageSpec stage =
            new StageSpec("4x4", graph, List.of(), 4, 4, tenths, "image", "logits", List.of());
        variants.add(
            new VariantSpec(
                setting + (flavour == Flavour.CPU ? ".cpu" : ".portable"),
                flavour,
                Precision.FLOAT32,
                List.of(),
                List.of(stage),
                Optional.of(setting),
                Optional.empty()));
      }
      points.add(point(setting, Optional.of(setting)));
    }
    Preprocessing input =
        new Preprocessing(
            32, 32, Preprocessing.Resize.STRETCH, 0, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
    return new ModelDescription(
        ModelId.latest("rates"),
        new CascadeManifest(
            "rates",
            "evit",
            variants,
            input,
            2,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        List.of(new Calibration("", points, Optional.empty())),
        List.of(),
        "keep-0.9.cpu",
        "cpu",
        ExitPolicy.parse("last"),
        new ModelDescription.Execution("", 1, 1, 1, ""));
  }

  private static OperatingPoint point(String name, Optional<String> variant) {
    return new OperatingPoint(
        name,
        variant,
        new Thresholds(Criterion.CONFIDENCE, List.of()),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        List.of());
  }

  @Test
  void points_of_every_setting_can_be_named_but_not_those_of_another_flavour() {
    assertThat(model.points())
        .extracting(OperatingPoint::name)
        .containsExactly("everywhere", "keep-0.9", "keep-0.7", "keep-0.5");
  }

  @Test
  void a_policy_is_bound_to_the_costs_of_the_setting_that_it_asks_for() {
    assertThat(model.bind(ExitPolicy.parse("point=keep-0.5")).gflops()).containsExactly(5.0);
    assertThat(model.bind(ExitPolicy.parse("point=keep-0.9")).gflops()).containsExactly(9.0);
    assertThat(model.bind(ExitPolicy.parse("point=everywhere")).gflops()).containsExactly(9.0);
    assertThat(model.bind(ExitPolicy.parse("cost=8GFLOPs")).gflops()).containsExactly(7.0);
    assertThatThrownBy(() -> model.bind(ExitPolicy.parse("point=elsewhere")))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining("operating_point: elsewhere");
  }
}
