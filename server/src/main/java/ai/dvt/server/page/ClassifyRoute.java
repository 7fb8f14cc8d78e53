package ai.dvt.server.page;

import ai.dvt.cascade.Answer;
import ai.dvt.server.grpc.LocalCalls;
import ai.dvt.server.http.HttpCall;
import ai.dvt.server.http.HttpException;
import ai.dvt.server.http.Route;
import com.google.gson.Gson;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code POST /api/classify}: the body is a picture file, the answer an {@link AnswerCard}. */
final class ClassifyRoute implements Route.Answerer {
  /** Bodies are in memory: this many of this size. */
  private static final int AT_ONCE = 3;

  private static final int PICTURE_BYTES = 32 << 20;
  private static final long LIMIT_SECONDS = 30;

  private final Models models;
  private final LocalCalls calls;
  private final Gson gson;
  private final Semaphore permits = new Semaphore(AT_ONCE);

  ClassifyRoute(Models models, LocalCalls calls, Gson gson) {
    this.models = models;
    this.calls = calls;
    this.gson = gson;
  }

  @Override
  public void answer(HttpCall call) throws HttpException, IOException {
    ModelCard model = models.named(call);
    LocalCalls.Wish wish = PageWish.of(call, model);
    Permit.take(permits, "pictures under way");
    try {
      byte[] picture = call.body(PICTURE_BYTES);
      Answer answer = await(calls.classify(wish, picture, TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)));
      call.send(200, PageRoutes.JSON, gson.toJson(AnswerCard.of(model, answer)));
    } finally {
      permits.release();
    }
  }

  private static Answer await(CompletableFuture<Answer> answer) throws HttpException {
    try {
      return answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw Refusals.of(e);
    } catch (TimeoutException e) {
      throw new HttpException(
          HttpException.TIMEOUT, "answer: none within " + LIMIT_SECONDS + " s (expected: one)");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HttpException(HttpException.UNAVAILABLE, "the server shuts down");
    } finally {
      answer.cancel(false);
    }
  }
}
