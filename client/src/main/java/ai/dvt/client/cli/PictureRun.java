package ai.dvt.client.cli;

import ai.dvt.client.CascadeClient;
import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.Failure;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.call.Picture;
import ai.dvt.client.stream.ClassifyStream;
import io.grpc.Status;
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
   * Classifies the files; the results come in the files' order. A file that cannot be read is one
   * without an answer; the others go on.
   *
   * @param labels the model's labels, which tell a true label from another folder name
   * @throws CascadeClientException if the stream breaks
   */
  static List<Classified> classify(
      CascadeClient client, ClassifyOptions options, List<String> labels, List<Path> files) {
    List<CompletableFuture<ImageResult>> results = new ArrayList<>();
    try (ClassifyStream stream = client.stream(options)) {
      try {
        for (int i = 0; i < files.size(); i++) {
          results.add(submit(stream, Integer.toString(i), files.get(i)));
        }
      } catch (RuntimeException e) {
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

  private static CompletableFuture<ImageResult> submit(
      ClassifyStream stream, String id, Path file) {
    Picture picture;
    try {
      if (Files.size(file) == 0) {
        return failed("image: 0 bytes (expected: an image file)");
      }
      picture = Picture.file(file);
    } catch (IOException e) {
      return failed("image: " + e.getMessage() + " (expected: a file that can be read)");
    }
    return stream.submit(id, picture);
  }

  private static CompletableFuture<ImageResult> failed(String why) {
    return CompletableFuture.completedFuture(
        new ImageResult.Failed(Failure.of(Status.Code.INVALID_ARGUMENT, why)));
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
