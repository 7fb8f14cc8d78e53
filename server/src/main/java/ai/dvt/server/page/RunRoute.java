package ai.dvt.server.page;

import ai.dvt.cascade.Answer;
import ai.dvt.server.grpc.LocalCalls;
import ai.dvt.server.http.HttpCall;
import ai.dvt.server.http.HttpException;
import ai.dvt.server.http.Route;
import ai.dvt.server.image.SamplePictures;
import ai.dvt.server.image.SamplePictures.Sample;
import com.google.gson.Gson;
import io.grpc.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * {@code POST /api/run}: classifies the sample pictures; a line of JSON for each as it exits, then
 * the time of the whole run.
 */
final class RunRoute implements Route.Answerer {
  private static final int AT_ONCE = 2;
  private static final int ON_THE_WAY = 32;
  private static final long LIMIT_SECONDS = 30;

  /**
   * One picture's line.
   *
   * @param error null, or why there is no answer; the numbers mean nothing then
   */
  record Line(
      int sample,
      int exit,
      String reason,
      String label,
      float confidence,
      double gflops,
      String error) {}

  /** The last line. */
  record End(int pictures, double seconds) {}

  private final Models models;
  private final SamplePictures samples;
  private final LocalCalls calls;
  private final Gson gson;
  private final Semaphore permits = new Semaphore(AT_ONCE);

  RunRoute(Models models, SamplePictures samples, LocalCalls calls, Gson gson) {
    this.models = models;
    this.samples = samples;
    this.calls = calls;
    this.gson = gson;
  }

  @Override
  public void answer(HttpCall call) throws HttpException, IOException {
    LocalCalls.Wish wish = PageWish.of(call, models.named(call));
    Permit.take(permits, "runs under way");
    Set<CompletableFuture<Answer>> open = ConcurrentHashMap.newKeySet();
    try (OutputStream out = call.stream("application/x-ndjson")) {
      run(wish, open, out);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.forEach(answer -> answer.cancel(false));
      permits.release();
    }
  }

  private void run(LocalCalls.Wish wish, Set<CompletableFuture<Answer>> open, OutputStream out)
      throws IOException, InterruptedException {
    List<Sample> all = samples.all();
    BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
    long start = System.nanoTime();
    int sent = 0;
    for (int told = 0; told < all.size(); told++) {
      while (sent < all.size() && sent - told < ON_THE_WAY) {
        submit(wish, all.get(sent++), open, lines);
      }
      write(out, lines.take());
      if (lines.isEmpty()) {
        out.flush();
      }
    }
    write(out, new End(all.size(), (System.nanoTime() - start) / 1e9));
  }

  private void submit(
      LocalCalls.Wish wish,
      Sample sample,
      Set<CompletableFuture<Answer>> open,
      BlockingQueue<Line> lines) {
    byte[] picture;
    try {
      picture = samples.bytes(sample);
    } catch (IOException e) {
      lines.add(failed(sample, e.getMessage()));
      return;
    }
    CompletableFuture<Answer> answer =
        calls.classify(wish, picture, TimeUnit.SECONDS.toNanos(LIMIT_SECONDS));
    open.add(answer);
    answer.whenComplete(
        (done, failure) -> {
          open.remove(answer);
          lines.add(
              failure == null
                  ? answered(sample, done)
                  : failed(sample, Refusals.message(Status.fromThrowable(failure))));
        });
  }

  private static Line answered(Sample sample, Answer answer) {
    return new Line(
        sample.id(),
        answer.exit(),
        answer.reason().name().toLowerCase(java.util.Locale.ROOT),
        answer.best().name(),
        answer.best().confidence(),
        answer.gflops(),
        null);
  }

  private static Line failed(Sample sample, String why) {
    return new Line(sample.id(), 0, null, null, 0, 0, why);
  }

  private void write(OutputStream out, Object line) throws IOException {
    out.write((gson.toJson(line) + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
