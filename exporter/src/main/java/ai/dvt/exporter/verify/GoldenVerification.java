package ai.dvt.exporter.verify;

import ai.dvt.cascade.Flavour;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Exports and runs every case of a golden folder. */
public final class GoldenVerification {
  private final GoldenIndex index;
  private final List<Flavour> flavours;

  private GoldenVerification(GoldenIndex index, List<Flavour> flavours) {
    this.index = index;
    this.flavours = List.copyOf(flavours);
  }

  /**
   * @param folder with an {@code index.json}
   * @param flavours to compare, at least one
   * @throws VerifyException if the folder has no readable index
   */
  public static GoldenVerification of(Path folder, List<Flavour> flavours) throws IOException {
    return new GoldenVerification(GoldenIndex.read(folder), flavours);
  }

  /** Sections of the index that no case names and that are not compared here. */
  public List<String> otherSections() {
    return index.otherSections();
  }

  /**
   * Compares everything. A case that breaks gives failed rows and the next one goes on.
   *
   * @param progress gets each row as soon as it is known
   * @return a row for every tensor of every case and flavour
   */
  public List<ComparedTensor> run(Consumer<ComparedTensor> progress) {
    List<ComparedTensor> rows = new ArrayList<>();
    for (GoldenIndex.Entry entry : index.cases()) {
      List<ComparedTensor> ofCase = rows(entry);
      ofCase.forEach(progress);
      rows.addAll(ofCase);
    }
    if (rows.isEmpty()) {
      ComparedTensor none =
          ComparedTensor.notCompared("(index)", "-", "(none)", "the index has no case");
      progress.accept(none);
      rows.add(none);
    }
    return rows;
  }

  private List<ComparedTensor> rows(GoldenIndex.Entry entry) {
    if (entry.read().isPresent()) {
      return new CaseVerification(index.folder(), entry.read().get(), flavours).run();
    }
    if (entry.pruned().isPresent()) {
      return new PrunedVerification(index.folder(), entry.pruned().get(), flavours).run();
    }
    return List.of(ComparedTensor.notCompared(entry.name(), "-", "(case)", entry.problem()));
  }
}
