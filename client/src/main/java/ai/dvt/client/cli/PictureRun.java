package ai.dvt.client.cli;

import ai.dvt.client.CascadeClient;
import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.call.Picture;
import ai.dvt.client.stream.ClassifyStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Sends picture files through one stream. */
final class PictureRun {
  private PictureRun() {}

  /**
   * Classifies the files; the results come in the files' order.
   *
   * @param labels the model's labels, which tell a true label from another folder name
   * @throws IOException if a file cannot be read
   * @throws CascadeClientException if the stream breaks
   */
  static List<Classified> classify(
      CascadeClient client, ClassifyOptions options, List<String> labels, List<Path> files)
      throws IOException {
    List<CompletableFuture<ImageResult>> results = new ArrayList<>();
    try (ClassifyStream stream = client.stream(options)) {
      try {
        for (int i = 0; i < files.size(); i++) {
          results.add(stream.submit(Integer.toString(i), read(files.get(i))));
        }
      } catch (IOException | RuntimeException e) {
        stream.cancel();
        throw e;
      }
    }
    List<Classified> classified = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      String folder = PictureFiles.folderName(files.get(i));
      Optional<String> truth = labels.contains(folder) ? Optional.of(folder) : Optional.empty();
      classified.add(new Classified(files.get(i), truth, await(results.get(i))));
    }
    return classified;
  }

  private static Picture read(Path file) throws IOException {
    if (Files.size(file) == 0) {
      throw new IOException(file + ": 0 bytes (expected: an image file)");
    }
    return Picture.file(file);
  }

  private static ImageResult await(CompletableFuture<ImageResult> result) {
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof CascadeClientException known) {
        throw known;
      }
      throw e;
    }
  }
}
