package ai.dvt.server.toy;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.exporter.cli.ExporterMain;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Models exported from the tiny checkpoints of the exporter's tests, and pictures for them. */
public final class TinyExports {
  public static final Path GOLDEN = Path.of("../exporter/src/test/resources/golden");

  private TinyExports() {}

  /** The pictures' side of the tiny pruning models. */
  public static final int SIDE = 48;

  /** Exports in a process of its own. */
  public static void export(Path output, String... options) throws Exception {
    Path log = Files.createTempFile("export", ".log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                ExporterMain.class.getName(),
                "export",
                "--output=" + output));
    command.addAll(List.of(options));
    ProcessBuilder exporter = new ProcessBuilder(command);
    exporter.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    exporter.environment().put("ORT_DISABLE_TELEMETRY", "1");
    Process process = exporter.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor()).as("%s", Files.readString(log)).isZero();
    Files.delete(log);
  }

  /** The tiny EViT of 10 classes, as DeiT or as another family of the same tensors. */
  public static void ofOneViT(Path output, String... options) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--checkpoint=" + GOLDEN.resolve("pruning/evit-tiny.pth"),
                "--heads=3",
                "--image-size=" + SIDE));
    all.addAll(List.of(options));
    export(output, all.toArray(new String[0]));
  }

  /** Seeded pictures in class folders {@code 0}, {@code 1}, ... */
  public static void pictures(Path folder, int classes, int perClass, long seed)
      throws IOException {
    Random random = new Random(seed);
    for (int label = 0; label < classes; label++) {
      Path classFolder = Files.createDirectories(folder.resolve(String.valueOf(label)));
      for (int n = 0; n < perClass; n++) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < SIDE; y++) {
          for (int x = 0; x < SIDE; x++) {
            image.setRGB(x, y, random.nextInt(1 << 24) & (x / 16 == n % 3 ? 0xffffff : 0x3f7f3f));
          }
        }
        ImageIO.write(image, "png", classFolder.resolve("%03d.png".formatted(n)).toFile());
      }
    }
  }
}
