package ai.dvt.server.evaluation.report;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.evaluation.pictures.LabelledPictures;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * Pictures that the first exit answers right and surest, and pictures that it gets wrong and the
 * last exit right (DVT, Figure 9); one a class, ten at most.
 */
public final class EasyAndHard {
  private static final int MOST = 10;
  private static final int SIDE = 128;

  private final RecordedModel model;

  /**
   * @param model a cascade
   */
  public EasyAndHard(RecordedModel model) {
    this.model = model;
  }

  /** Two kinds of pictures. */
  public List<ShownPictures> of(LabelledPictures data)
      throws EvaluationException, IOException, InterruptedException {
    ExitRecords records = model.first().records();
    int last = records.exits();
    Map<Integer, Integer> easy = new LinkedHashMap<>();
    Map<Integer, Integer> hard = new LinkedHashMap<>();
    List<Integer> bySureness =
        IntStream.range(0, records.size())
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -records.outcome(i, 1).confidence()))
            .toList();
    for (int picture : bySureness) {
      if (records.correct(picture, 1) && easy.size() < MOST) {
        easy.putIfAbsent(records.label(picture), picture);
      }
    }
    for (int i = bySureness.size() - 1; i >= 0; i--) {
      int picture = bySureness.get(i);
      boolean saved = !records.correct(picture, 1) && records.correct(picture, last);
      if (saved && hard.size() < MOST) {
        hard.putIfAbsent(records.label(picture), picture);
      }
    }
    Map<String, byte[]> files = files(data, easy, hard);
    return List.of(
        new ShownPictures(
            "Easy pictures for " + model.name(),
            "Answered right at exit 1, the surest of each class.",
            shown(easy, files, 1)),
        new ShownPictures(
            "Hard pictures for " + model.name(),
            "Wrong at exit 1, right at exit " + last + "; the least sure of each class.",
            shown(hard, files, last)));
  }

  private Map<String, byte[]> files(
      LabelledPictures data, Map<Integer, Integer> easy, Map<Integer, Integer> hard)
      throws EvaluationException, IOException, InterruptedException {
    Map<String, byte[]> files = new HashMap<>();
    easy.values().forEach(i -> files.put(model.first().recording().names().get(i), new byte[0]));
    hard.values().forEach(i -> files.put(model.first().recording().names().get(i), new byte[0]));
    data.visit(
        picture -> {
          files.computeIfPresent(picture.name(), (name, none) -> picture.file());
          return true;
        });
    return files;
  }

  private List<ShownPictures.Shown> shown(
      Map<Integer, Integer> pictures, Map<String, byte[]> files, int answering) throws IOException {
    List<String> labels = model.version().labels();
    List<ShownPictures.Shown> shown = new ArrayList<>();
    for (int picture : pictures.values()) {
      byte[] png = thumbnail(files.get(model.first().recording().names().get(picture)));
      if (png.length == 0) {
        continue;
      }
      ExitRecords records = model.first().records();
      StringBuilder said = new StringBuilder();
      for (int exit = 1; exit <= answering; exit++) {
        if (exit == 1 || exit == answering) {
          ExitOutcome outcome = records.outcome(picture, exit);
          said.append(exit == 1 ? "" : "; ")
              .append(
                  String.format(
                      Locale.ROOT,
                      "exit %d: %s %.0f %%",
                      exit,
                      labels.get(outcome.index()),
                      100 * outcome.confidence()));
        }
      }
      shown.add(new ShownPictures.Shown(labels.get(records.label(picture)), said.toString(), png));
    }
    return shown;
  }

  /** At most 128 pixels a side; empty for a format that the JDK does not read. */
  private static byte[] thumbnail(byte[] file) throws IOException {
    BufferedImage picture;
    try {
      picture = ImageIO.read(new ByteArrayInputStream(file));
    } catch (IOException | RuntimeException e) {
      return new byte[0];
    }
    if (picture == null) {
      return new byte[0];
    }
    double scale = Math.min(1, (double) SIDE / Math.max(picture.getWidth(), picture.getHeight()));
    int width = (int) Math.max(1, Math.round(scale * picture.getWidth()));
    int height = (int) Math.max(1, Math.round(scale * picture.getHeight()));
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = small.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(picture, 0, 0, width, height, null);
    graphics.dispose();
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(small, "png", png);
    return png.toByteArray();
  }
}
