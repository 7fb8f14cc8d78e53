package ai.dvt.server.page;

import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.server.grpc.LocalCalls.Wish;
import ai.dvt.server.http.HttpCall;
import ai.dvt.server.http.HttpException;
import java.util.Optional;

/** What a request's query asks for: {@code model}, {@code version}, {@code policy}. */
final class PageWish {
  private static final int LABELS = 3;

  private PageWish() {}

  /**
   * @param model the version that will answer
   */
  static Wish of(HttpCall call, ModelCard model) throws HttpException {
    Optional<ExitPolicy> policy;
    try {
      policy = call.parameter("policy").map(ExitPolicy::parse);
    } catch (ContractException e) {
      throw new HttpException(HttpException.BAD_REQUEST, "policy: " + e.getMessage());
    }
    return new Wish(model.name(), model.version(), policy, Math.min(LABELS, model.classes()));
  }
}
