package ai.dvt.server.trial;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.config.Defaults;
import ai.dvt.server.image.PictureDecoder;
import ai.dvt.server.image.PictureLimits;
import ai.dvt.server.repository.ModelRepository;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.toy.TinyExports;
import ai.dvt.server.toy.ToyCascade;
import ai.dvt.server.toy.ToyPictures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelTrialTest {
  /** Moves logits by more than the toy's self-test allows, and changes no answer of a sure exit. */
  private static final float FINE = 0.01f;

  /** Nothing is left of a logit. */
  private static final float COARSE = 1000;

  @TempDir private Path folder;
  private Path models;
  private Path pictures;

  @BeforeEach
  void write() throws Exception {
    models = folder.resolve("models");
    pictures = folder.resolve("pictures");
    ToyCascade.write(models.resolve("toy/1"), "toy");
    ToyPictures.write(pictures, 3, 1);
  }

  private ModelVersion toy() throws Exception {
    return ModelRepository.scan(models).latest("toy").orElseThrow();
  }

  private static ModelTrial.Result tried(
      Device device, ModelVersion model, String setting, Optional<Path> pictures) throws Exception {
    try (CascadeSessions sessions =
        device.open(
            model.folder(),
            model.manifest(),
            model.variantFor(device.provider(), setting),
            Defaults.BATCH)) {
      ModelTrial.Result result =
          new ModelTrial(pictures, new PictureDecoder(PictureLimits.DEFAULT))
              .of(device, sessions, model, model.folder());
      assertThat(sessions.openRows()).isZero();
      return result;
    }
  }

  private static ModelTrial.Result tried(Device device, ModelVersion model, Path... pictures)
      throws Exception {
    return tried(device, model, "", Optional.ofNullable(pictures.length > 0 ? pictures[0] : null));
  }

  @Test
  void float32_has_to_pass_the_self_test_and_is_compared_with_nothing() throws Exception {
    try (CpuDevice cpu = new CpuDevice(SessionSettings.DEFAULT, 1)) {
      ModelTrial.Result result = tried(cpu, toy(), pictures);
      assertThat(result.problems()).isEmpty();
      assertThat(result.precision()).isEmpty();
      assertThat(result.timings()).isNotEmpty();
      Path logits = toy().folder().resolve("selftest-logits-2.npy");
      byte[] other = Files.readAllBytes(logits);
      other[other.length - 1] ^= 0x40;
      ModelVersion toy = toy();
      Files.write(logits, other);
      assertThat(tried(cpu, toy).problems()).first().asString().contains("stage 2 (toy2)");
    }
  }

  @Test
  void less_may_pass_where_the_self_test_would_not() throws Exception {
    try (CoarseDevice device = new CoarseDevice(FINE)) {
      ModelTrial.Result result = tried(device, toy());
      assertThat(result.problems()).isEmpty();
      assertThat(result.timings()).isNotEmpty();
      assertThat(result.precision().orElseThrow())
          .startsWith(
              "less than float32 on 4 pictures of the self-test: exit 1: top-1 agreement 1.000, max"
                  + " error 0.00");
      assertThat(device.openTensors()).isZero();
    }
  }

  @Test
  void less_that_answers_otherwise_is_refused() throws Exception {
    try (CoarseDevice device = new CoarseDevice(COARSE)) {
      assertThat(tried(device, toy()).problems())
          .singleElement()
          .asString()
          .startsWith("less than float32 on 4 pictures of the self-test: exit 1: top-1 agreement 0")
          .endsWith("(expected: agreement >= 0.99, finite logits)");
    }
  }

  @Test
  void pictures_that_are_named_count_instead_of_the_self_tests() throws Exception {
    try (CoarseDevice device = new CoarseDevice(1e-5f)) {
      assertThat(tried(device, toy(), pictures).precision().orElseThrow())
          .startsWith("less than float32 on 12 pictures of parity-pictures: exit 1: ");
      assertThat(tried(device, toy(), pictures.resolve("2/001.png")).precision().orElseThrow())
          .startsWith("less than float32 on 1 pictures of parity-pictures: exit 1: ");
    }
    try (CoarseDevice device = new CoarseDevice(COARSE)) {
      assertThat(tried(device, toy(), pictures).problems())
          .singleElement()
          .asString()
          .contains("on 12 pictures of parity-pictures: ")
          .contains("exit 3: top-1 agreement 0.250");
    }
  }

  @Test
  void only_so_many_pictures_are_looked_at() throws Exception {
    ToyPictures.write(pictures, ParityPictures.LIMIT / 2, 1);
    try (CoarseDevice device = new CoarseDevice(1e-5f)) {
      assertThat(tried(device, toy(), pictures).precision().orElseThrow())
          .startsWith("less than float32 on " + ParityPictures.LIMIT + " pictures");
    }
  }

  @Test
  void pictures_that_cannot_be_had_are_named() throws Exception {
    Path broken = Files.writeString(pictures.resolve("0/broken.jpg"), "no picture");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    try (CoarseDevice device = new CoarseDevice(FINE)) {
      assertThat(tried(device, toy(), pictures).problems())
          .singleElement()
          .asString()
          .startsWith("less than float32: parity-pictures, " + broken.toRealPath() + ": ");
      assertThat(tried(device, toy(), empty).problems())
          .containsExactly(
              "less than float32: parity-pictures: none in "
                  + empty
                  + " (expected: a picture, or a folder with JPEG, PNG, GIF or BMP files below it)");
      assertThat(tried(device, toy(), folder.resolve("nowhere")).problems())
          .singleElement()
          .asString()
          .contains("parity-pictures: " + folder.resolve("nowhere") + ", NoSuchFileException");
    }
  }

  @Test
  void without_a_self_test_less_needs_pictures() throws Exception {
    Path manifest = models.resolve("toy/1/manifest.json");
    String whole = Files.readString(manifest);
    int from = whole.indexOf("\"self_test\"");
    Files.writeString(
        manifest, whole.substring(0, whole.lastIndexOf(',', from)) + afterObject(whole, from));
    assertThat(toy().manifest().selfTest()).isEmpty();
    try (CoarseDevice device = new CoarseDevice(1e-5f)) {
      assertThat(tried(device, toy()).problems())
          .containsExactly(
              "less than float32: self-test: none (expected: one, or --parity-pictures: something"
                  + " to compare with float32)");
      assertThat(tried(device, toy(), pictures).problems()).isEmpty();
    }
    try (CpuDevice cpu = new CpuDevice(SessionSettings.DEFAULT, 1)) {
      assertThat(tried(cpu, toy()).problems()).isEmpty();
    }
  }

  /** What stands behind the object whose key stands at a place. */
  private static String afterObject(String json, int key) {
    int open = 0;
    for (int i = json.indexOf('{', key); i < json.length(); i++) {
      open += json.charAt(i) == '{' ? 1 : json.charAt(i) == '}' ? -1 : 0;
      if (open == 0) {
        return json.substring(i + 1);
      }
    }
    throw new IllegalArgumentException(json);
  }

  @Test
  void a_setting_is_compared_with_the_same_setting() throws Exception {
    TinyExports.ofOneViT(
        models.resolve("evit/1"), "--architecture=evit", "--keep-rate=0.9,0.5", "--drop-at=1,2,4");
    ModelVersion evit = ModelRepository.scan(models).latest("evit").orElseThrow();
    assertThat(evit.manifest().settings()).hasSize(2);
    TinyExports.pictures(folder.resolve("squares"), 4, 3, 1);
    try (CoarseDevice device = new CoarseDevice(1e-5f)) {
      for (String setting : evit.manifest().settings()) {
        assertThat(tried(device, evit, setting, Optional.of(folder.resolve("squares"))).precision())
            .get()
            .asString()
            .containsPattern(
                "top-1 agreement 1\\.000, max error (0\\.0000|[1-9]\\.[0-9]*e-0[5-9])");
      }
    }
  }
}
