package ai.dvt.server.page;

import ai.dvt.server.grpc.LocalCalls;
import ai.dvt.server.grpc.ModelCatalogue;
import ai.dvt.server.http.HttpCall;
import ai.dvt.server.http.HttpException;
import ai.dvt.server.http.Route;
import ai.dvt.server.image.SamplePictures;
import ai.dvt.server.image.SamplePictures.Sample;
import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The page's paths. */
public final class PageRoutes {
  static final String JSON = "application/json";

  private static final Map<String, String> ASSETS =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "page.css", "text/css; charset=utf-8",
          "page.js", "text/javascript; charset=utf-8",
          "journey.js", "text/javascript; charset=utf-8",
          "chart.js", "text/javascript; charset=utf-8",
          "run.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml");

  private PageRoutes() {}

  /**
   * @param catalogue the models of the moment
   * @param load asked for every look at it
   */
  public static List<Route> of(
      Supplier<ModelCatalogue> catalogue,
      LocalCalls calls,
      Supplier<LoadCard> load,
      SamplePictures samples) {
    Gson gson = new Gson();
    Models models = new Models(catalogue);
    List<Route> routes = new ArrayList<>();
    ASSETS.forEach(
        (name, type) -> {
          byte[] bytes = asset(name);
          routes.add(
              Route.get(
                  name.equals("index.html") ? "/" : "/" + name,
                  call -> call.send(200, type, bytes)));
        });
    routes.add(Route.get("/api/models", call -> call.send(200, JSON, gson.toJson(models.all()))));
    routes.add(Route.get("/api/samples", call -> call.send(200, JSON, gson.toJson(samples.all()))));
    routes.add(Route.get("/api/load", call -> call.send(200, JSON, gson.toJson(load.get()))));
    routes.add(Route.get("/samples/*", call -> picture(call, samples)));
    routes.add(Route.post("/api/classify", new ClassifyRoute(models, calls, gson)));
    routes.add(Route.post("/api/run", new RunRoute(models, samples, calls, gson)));
    return routes;
  }

  private static void picture(HttpCall call, SamplePictures samples)
      throws HttpException, IOException {
    String id = call.path().substring("/samples/".length());
    Sample sample =
        samples
            .find(id)
            .orElseThrow(
                () ->
                    new HttpException(
                        HttpException.NOT_FOUND,
                        "sample: " + id + " (expected: 0 to " + (samples.all().size() - 1) + ")"));
    call.header("Cache-Control", "private, max-age=600");
    call.send(200, samples.type(sample), samples.bytes(sample));
  }

  private static byte[] asset(String name) {
    try (InputStream in = PageRoutes.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("asset: " + name + " (expected: in the server's jar)");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
