package ai.dvt.server.page;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A headless Chromium, driven by the W3C's WebDriver protocol. */
final class Browser implements AutoCloseable {
  static final String TAB = "\uE004";
  static final String LEFT = "\uE012";
  static final String HOME = "\uE011";
  static final String END = "\uE010";
  static final String ENTER = "\uE007";

  private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
  private static final Gson GSON = new Gson();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process driver;
  private final URI root;
  private final String session;

  /**
   * @param chromedriver the driver's path
   * @param profile an empty folder
   */
  Browser(String chromedriver, Path profile) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    driver =
        new ProcessBuilder(chromedriver, "--port=" + port)
            .redirectErrorStream(true)
            .redirectOutput(profile.resolveSibling("chromedriver.log").toFile())
            .start();
    root = URI.create("http://127.0.0.1:" + port);
    List<String> arguments =
        List.of(
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--user-data-dir=" + profile);
    JsonObject capabilities =
        GSON.toJsonTree(
                Map.of(
                    "capabilities",
                    Map.of(
                        "alwaysMatch",
                        Map.of(
                            "browserName",
                            "chrome",
                            "goog:chromeOptions",
                            Map.of("args", arguments),
                            "goog:loggingPrefs",
                            Map.of("browser", "ALL", "performance", "ALL")))))
            .getAsJsonObject();
    session = start(capabilities);
  }

  private String start(JsonObject capabilities) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        return send("POST", "/session", capabilities)
            .getAsJsonObject()
            .get("sessionId")
            .getAsString();
      } catch (java.net.ConnectException notYet) {
        if (System.nanoTime() > end || !driver.isAlive()) {
          throw notYet;
        }
        Thread.sleep(50);
      }
    }
  }

  private JsonElement send(String method, String path, Object body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(root.resolve(path)).timeout(Duration.ofSeconds(60));
    request =
        body == null
            ? request.method(method, BodyPublishers.noBody())
            : request.method(method, BodyPublishers.ofString(GSON.toJson(body)));
    JsonElement value =
        JsonParser.parseString(http.send(request.build(), BodyHandlers.ofString()).body())
            .getAsJsonObject()
            .get("value");
    if (value.isJsonObject() && value.getAsJsonObject().has("error")) {
      throw new IOException(path + ": " + value.getAsJsonObject().get("message").getAsString());
    }
    return value;
  }

  private JsonElement post(String path, Object body) throws Exception {
    return send("POST", "/session/" + session + path, body);
  }

  void open(String address) throws Exception {
    post("/url", Map.of("url", address));
  }

  /** Runs a function's body and gives back what it returns. */
  JsonElement script(String body, Object... arguments) throws Exception {
    return post("/execute/sync", Map.of("script", body, "args", List.of(arguments)));
  }

  String text(String selector) throws Exception {
    return script("return document.querySelector(arguments[0]).textContent", selector)
        .getAsString();
  }

  /** Waits until an expression of the page is true. */
  void await(String expression) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!script("return !!(" + expression + ")").getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never true: " + expression + "\n" + text("body"));
      }
      Thread.sleep(30);
    }
  }

  private String find(String selector) throws Exception {
    return post("/element", Map.of("using", "css selector", "value", selector))
        .getAsJsonObject()
        .get(ELEMENT)
        .getAsString();
  }

  void click(String selector) throws Exception {
    post("/element/" + find(selector) + "/click", Map.of());
  }

  /** Types into an element; a file input takes a path. */
  void type(String selector, String keys) throws Exception {
    post("/element/" + find(selector) + "/value", Map.of("text", keys));
  }

  /** Types into whatever has the focus. */
  void press(String key) throws Exception {
    List<Map<String, String>> actions =
        List.of(Map.of("type", "keyDown", "value", key), Map.of("type", "keyUp", "value", key));
    post(
        "/actions",
        Map.of("actions", List.of(Map.of("type", "key", "id", "keys", "actions", actions))));
  }

  /** A window of this size whose user prefers a colour scheme. */
  void emulate(int width, int height, String scheme) throws Exception {
    command(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
    command(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  private JsonElement command(String name, Object parameters) throws Exception {
    return post("/goog/cdp/execute", Map.of("cmd", name, "params", parameters));
  }

  /** The whole page as a PNG file. */
  void picture(Path file) throws Exception {
    JsonElement shot =
        command("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(shot.getAsJsonObject().get("data").getAsString()));
  }

  /** What the console said since the last time. */
  List<String> console() throws Exception {
    List<String> lines = new ArrayList<>();
    for (JsonElement entry : log("browser")) {
      JsonObject line = entry.getAsJsonObject();
      lines.add(line.get("level").getAsString() + " " + line.get("message").getAsString());
    }
    return lines;
  }

  /** The addresses of all requests since the last time. */
  List<String> requests() throws Exception {
    List<String> addresses = new ArrayList<>();
    for (JsonElement entry : log("performance")) {
      JsonObject event =
          JsonParser.parseString(entry.getAsJsonObject().get("message").getAsString())
              .getAsJsonObject()
              .getAsJsonObject("message");
      if (event.get("method").getAsString().equals("Network.requestWillBeSent")) {
        addresses.add(
            event.getAsJsonObject("params").getAsJsonObject("request").get("url").getAsString());
      }
    }
    return addresses;
  }

  private JsonArray log(String type) throws Exception {
    return post("/se/log", Map.of("type", type)).getAsJsonArray();
  }

  @Override
  public void close() throws IOException {
    try {
      send("DELETE", "/session/" + session, null);
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    } finally {
      driver.destroy();
    }
  }
}
