package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.server.config.Handover;
import ai.dvt.server.image.PictureDecoder;
import ai.dvt.server.image.PictureLimits;
import ai.dvt.server.repository.ModelRepository;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.runtime.SessionDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import ai.dvt.server.runtime.provider.KeepingProvider;
import ai.dvt.server.toy.ToyCascade;
import ai.dvt.server.trial.ModelTrial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineBuildTest {
  @TempDir private Path folder;
  private ModelVersion toy;

  @BeforeEach
  void write() throws Exception {
    ToyCascade.write(folder.resolve("models/toy/1"), "toy");
    toy = ModelRepository.scan(folder.resolve("models")).latest("toy").orElseThrow();
  }

  private EngineBuild build(String engines) {
    return new EngineBuild(
        new KeepingProvider(folder.resolve(engines)),
        Handover.HOST,
        new ModelTrial(Optional.empty(), new PictureDecoder(PictureLimits.DEFAULT)));
  }

  private TreeSet<Path> kept(String engines) throws IOException {
    Path root = folder.resolve(engines);
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(root::relativize)
          .collect(TreeSet::new, TreeSet::add, TreeSet::addAll);
    }
  }

  @Test
  void what_is_compiled_is_what_a_server_opens() throws Exception {
    try (EngineBuild build = build("ahead")) {
      List<EngineBuild.Step> steps = build.steps(List.of(toy), OptionalInt.of(4));
      assertThat(steps).hasSize(toy.manifest().settings().size());
      for (EngineBuild.Step step : steps) {
        assertThat(step.maxBatch()).isEqualTo(4);
        for (int stage = 1; stage <= step.stages(); stage++) {
          assertThat(build.compile(step, stage)).isPositive();
        }
      }
    }
    try (SessionDevice device =
        new SessionDevice(
            new KeepingProvider(folder.resolve("start")),
            SessionSettings.DEFAULT,
            1,
            Handover.HOST)) {
      for (String setting : toy.manifest().settings()) {
        device
            .open(toy.folder(), toy.manifest(), toy.variantFor(device.provider(), setting), 4)
            .close();
      }
    }
    assertThat(kept("ahead")).isNotEmpty().isEqualTo(kept("start"));
  }

  @Test
  void without_a_batch_the_sizes_are_compiled_with_which_a_server_opens_models() throws Exception {
    try (EngineBuild build = build("engines")) {
      assertThat(build.steps(List.of(toy), OptionalInt.empty()))
          .extracting(EngineBuild.Step::maxBatch)
          .contains(8)
          .contains(ExecutionProvider.USUAL_BATCH_TRIED);
    }
  }

  @Test
  void what_is_compiled_is_tried() throws Exception {
    try (EngineBuild build = build("engines")) {
      EngineBuild.Step step = build.steps(List.of(toy), OptionalInt.of(2)).get(0);
      assertThat(build.start(step).problems()).isEmpty();
      Path logits = toy.folder().resolve("selftest-logits-2.npy");
      byte[] other = Files.readAllBytes(logits);
      other[other.length - 1] ^= 0x40;
      Files.write(logits, other);
      assertThat(build.start(step).problems()).first().asString().contains("stage 2 (toy2)");
    }
  }

  @Test
  void a_stage_that_does_not_compile_is_named() throws Exception {
    try (EngineBuild build = build("engines")) {
      EngineBuild.Step step = build.steps(List.of(toy), OptionalInt.of(2)).get(0);
      Files.writeString(toy.file(step.variant().stages().get(1).graph()), "no graph");
      assertThatThrownBy(() -> build.compile(step, 2))
          .isInstanceOf(StageException.class)
          .hasMessageStartingWith("stage 2 (toy2), ");
    }
  }
}
