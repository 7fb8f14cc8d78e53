package ai.dvt.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * The live page in a real browser, against {@code dvt demo --open}. {@code .ci/page} starts both;
 * elsewhere set {@code DVT_PAGE} to the page's address and {@code DVT_CHROMEDRIVER} to the driver.
 */
@Timeout(300)
@EnabledIfEnvironmentVariable(named = "DVT_PAGE", matches = "http://.+/")
class LivePageTest {
  private static final String ADDRESS = System.getenv("DVT_PAGE");
  private static final Path PICTURES = Path.of("target", "page");
  private static final String RUN_ENDED =
      "/^\\d/.test(document.getElementById('tile-rate').textContent)";

  @TempDir static Path folder;

  private static Browser browser;

  @BeforeAll
  static void start() throws Exception {
    String driver = System.getenv().getOrDefault("DVT_CHROMEDRIVER", "/usr/bin/chromedriver");
    browser = new Browser(driver, Files.createDirectory(folder.resolve("profile")));
  }

  @AfterAll
  static void end() throws Exception {
    browser.close();
  }

  @BeforeEach
  void openFresh() throws Exception {
    browser.emulate(1280, 1000, "light");
    browser.open(ADDRESS);
    browser.script("localStorage.clear()");
    browser.console();
    browser.requests();
    browser.open(ADDRESS);
    browser.await("document.querySelector('.stage.left')");
    browser.await(RUN_ENDED);
  }

  /** Waits for a run that began after this call's action. */
  private static void untilRun(Action action) throws Exception {
    browser.script("document.getElementById('set-said').textContent = ''");
    action.act();
    browser.await("document.getElementById('set-said').textContent && " + RUN_ENDED);
  }

  @FunctionalInterface
  private interface Action {
    void act() throws Exception;
  }

  private static double number(String selector) throws Exception {
    return Double.parseDouble(browser.text(selector).replaceAll("[^0-9.]", ""));
  }

  private static void noErrors() throws Exception {
    assertThat(browser.console()).noneMatch(line -> line.startsWith("SEVERE"));
    assertThat(browser.requests())
        .isNotEmpty()
        .allMatch(
            address ->
                address.startsWith(ADDRESS)
                    || address.startsWith("blob:")
                    || address.startsWith("data:"));
  }

  @Test
  void a_sample_leaves_the_cascade_and_later_stages_are_greyed_out() throws Exception {
    browser.click(".thumb:nth-child(4)");
    browser.await("document.querySelector('.thumb:nth-child(4)[aria-pressed=true]')");
    browser.await("document.querySelector('.stage.left') && document.querySelector('.label')");
    int stages = browser.script("return document.querySelectorAll('.stage').length").getAsInt();
    int ran = browser.script("return document.querySelectorAll('.stage.ran').length").getAsInt();
    int unused =
        browser.script("return document.querySelectorAll('.stage.unused').length").getAsInt();
    assertThat(stages).isEqualTo(3);
    assertThat(ran).isPositive();
    assertThat(ran + unused).isEqualTo(stages);
    assertThat(browser.text(".stage.left .badge")).isEqualTo("Left at exit " + ran);
    assertThat(browser.text("#verdict")).contains("GFLOPs").contains("in the server");
    noErrors();
  }

  @Test
  void the_slider_moves_by_keyboard_and_runs_the_samples_anew() throws Exception {
    double first = number("#tile-cost");
    browser.script("document.getElementById('point').focus()");
    untilRun(() -> browser.press(Browser.HOME));
    double cheapest = number("#tile-cost");
    assertThat(cheapest).isLessThan(first);
    assertThat(browser.script("return document.querySelectorAll('.chart .seen').length").getAsInt())
        .isGreaterThan(1);
    untilRun(() -> browser.press(Browser.END));
    assertThat(browser.text("#point-name")).isEqualTo("no early exit");
    assertThat(number("#tile-cost")).isGreaterThan(first);
    browser.await("document.querySelectorAll('.stage.ran').length === 3");
    assertThat(browser.text("#tile-right-sub")).matches("1\\d\\d of 200");
    assertThat(browser.text(".lane:nth-child(3) .lane-head")).contains("100.0");
    untilRun(() -> browser.press(Browser.LEFT));
    assertThat(browser.text("#point-text")).startsWith("Expected:");
    noErrors();
  }

  @Test
  void a_dropped_or_chosen_file_is_classified_and_a_bad_one_is_explained() throws Exception {
    Path file = folder.resolve("dropped.jpg");
    HttpRequest sample = HttpRequest.newBuilder(URI.create(ADDRESS + "samples/3")).build();
    Files.write(file, HttpClient.newHttpClient().send(sample, BodyHandlers.ofByteArray()).body());
    browser.type("#file", file.toString());
    browser.await("document.querySelectorAll('.thumb[aria-pressed=true]').length === 0");
    browser.await("document.querySelector('.stage.left')");
    browser.script(
        """
        return fetch('samples/8').then(r => r.blob()).then(blob => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([blob], 'ship.jpg', {type: 'image/jpeg'}));
          document.body.dispatchEvent(
            new DragEvent('drop', {bubbles: true, cancelable: true, dataTransfer: transfer}));
        })""");
    browser.await(
        "document.querySelector('.label') && /ship/.test(document.querySelector('.label').textContent)");
    noErrors();
    Path text = Files.writeString(folder.resolve("no-picture.jpg"), "no picture");
    browser.type("#file", text.toString());
    browser.await("!document.getElementById('problem').hidden");
    assertThat(browser.text("#problem")).startsWith("image");
    browser.click(".thumb:nth-child(2)");
    browser.await("document.getElementById('problem').hidden");
    browser.console(); // holds the refused request, as it should
  }

  @Test
  void everything_is_reached_by_keyboard_with_a_name_and_a_focus_ring() throws Exception {
    browser.script("document.activeElement.blur(); window.scrollTo(0, 0)");
    Set<String> reached = new LinkedHashSet<>();
    for (int i = 0; i < 40; i++) {
      browser.press(Browser.TAB);
      JsonElement focus =
          browser.script(
              """
              const at = document.activeElement;
              const ring = at.id === 'file' ? document.querySelector('label[for=file]') : at;
              const name = at.getAttribute('aria-label') || at.textContent.trim()
                || (at.labels && at.labels[0] && at.labels[0].textContent);
              return [at.id || at.className || at.tagName, getComputedStyle(ring).outlineStyle, name]""");
      List<JsonElement> told = focus.getAsJsonArray().asList();
      String id = told.get(0).getAsString();
      if (id.equals("BODY")) {
        break;
      }
      reached.add(id);
      assertThat(told.get(1).getAsString()).as("focus ring of " + id).isNotEqualTo("none");
      assertThat(told.get(2).getAsString()).as("name of " + id).isNotBlank();
    }
    assertThat(reached).contains("skip", "model", "theme", "file", "thumb", "point", "again");
    browser.script("document.querySelector('.thumb:nth-child(5)').focus()");
    browser.press(Browser.ENTER);
    browser.await("document.querySelector('.thumb:nth-child(5)[aria-pressed=true]')");
  }

  @Test
  void both_themes_are_readable_and_the_choice_stays() throws Exception {
    browser.picture(PICTURES.resolve("light.png"));
    assertThat(contrast()).isGreaterThan(4.5);
    double light = brightness();
    browser.emulate(1280, 1000, "dark");
    browser.await("matchMedia('(prefers-color-scheme: dark)').matches");
    browser.picture(PICTURES.resolve("dark.png"));
    assertThat(contrast()).isGreaterThan(4.5);
    assertThat(brightness()).isLessThan(0.2).isLessThan(light);
    browser.click("#theme");
    assertThat(brightness()).isEqualTo(light);
    browser.open(ADDRESS);
    browser.await("document.querySelector('.stage.left')");
    assertThat(brightness()).isEqualTo(light);
    noErrors();
  }

  @Test
  void a_phone_never_scrolls_sideways() throws Exception {
    for (String scheme : List.of("light", "dark")) {
      browser.emulate(360, 740, scheme);
      browser.open(ADDRESS);
      browser.await("document.querySelector('.stage.left')");
      browser.await(RUN_ENDED);
      assertThat(browser.script("return document.documentElement.scrollWidth").getAsInt())
          .isEqualTo(browser.script("return document.documentElement.clientWidth").getAsInt())
          .isLessThanOrEqualTo(360);
      browser.picture(PICTURES.resolve("phone-" + scheme + ".png"));
    }
    noErrors();
  }

  /** Of the page's ground, 0 to 1. */
  private static double brightness() throws Exception {
    return luminance("getComputedStyle(document.body).backgroundColor");
  }

  /** The least contrast of the soft text on the two grounds that it stands on. */
  private static double contrast() throws Exception {
    double text = luminance("getComputedStyle(document.querySelector('.hint')).color");
    double card = luminance("getComputedStyle(document.querySelector('.card')).backgroundColor");
    return Math.min(ratio(text, card), ratio(text, brightness()));
  }

  private static double ratio(double one, double other) {
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  }

  /** WCAG's relative luminance of an opaque colour. */
  private static double luminance(String expression) throws Exception {
    return browser
        .script(
            """
            const pen = document.createElement('canvas').getContext('2d');
            pen.fillStyle = %s;
            pen.fillRect(0, 0, 1, 1);
            const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
            const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map(part);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b"""
                .formatted(expression))
        .getAsDouble();
  }
}
