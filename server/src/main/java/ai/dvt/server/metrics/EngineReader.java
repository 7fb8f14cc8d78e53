package ai.dvt.server.metrics;

import ai.dvt.server.engine.AdmissionStatistics;
import ai.dvt.server.engine.CascadeStatistics;
import ai.dvt.server.engine.EngineException;
import ai.dvt.server.engine.StageStatistics;
import ai.dvt.server.engine.guard.AgreementGuard;
import ai.dvt.server.engine.guard.GuardStatistics;
import ai.dvt.server.engine.load.LoadLevels;
import ai.dvt.server.engine.load.LoadStatistics;
import ai.dvt.server.grpc.ModelCatalogue;
import ai.dvt.server.grpc.ServedModel;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads the engine's counts at every scrape: nothing is counted twice, nothing stays of a model.
 */
final class EngineReader implements MultiCollector {
  private final Readings readings;

  EngineReader(Readings readings) {
    this.readings = readings;
  }

  @Override
  public MetricSnapshots collect() {
    Scrape scrape = new Scrape();
    ModelCatalogue catalogue = readings.catalogue().get();
    for (ServedModel model : catalogue.served()) {
      scrape.model(model);
      for (ServedModel setting : model.inLoadedSettings()) {
        scrape.setting(setting, readings.engine().statistics(setting.cascade()));
      }
    }
    catalogue
        .unserved()
        .forEach(model -> scrape.ready.add(0, "model", model.name(), "version", model.version()));
    scrape.admission(readings.engine().admission().statistics());
    scrape.requestBytes.add(readings.requestBytes().getAsLong());
    scrape.nativeBytes.add(readings.device().memory().openBytes());
    return MetricSnapshots.of(
        scrape.all().map(Family::snapshot).toArray(i -> new MetricSnapshot[i]));
  }

  /** The metrics of one scrape. */
  private static final class Scrape {
    final Family.Gauge ready =
        new Family.Gauge(
            "dvt_model_ready", "1 for a model version that answers, 0 for one that cannot");
    final Family.Counter answered =
        new Family.Counter(
            "dvt_images_answered", "Images answered, by exit and why they left there");
    final Family.Counter failed =
        new Family.Counter("dvt_images_failed", "Images that entered the engine and got no answer");
    final Family.Counter spent =
        new Family.Counter("dvt_image_gflops", "Spent on answered images, 1e9 multiply-adds");
    final Family.Counter saved =
        new Family.Counter(
            "dvt_image_gflops_saved",
            "Saved on answered images against the last exit, 1e9 multiply-adds");
    final Family.Counter prepared =
        new Family.Counter("dvt_images_prepared", "Images decoded and resized, or read as tensors");
    final Family.Counter preparing =
        new Family.Counter("dvt_image_preparation_seconds", "That this took, all together");
    final Family.Counter compute =
        new Family.Counter("dvt_stage_compute_seconds", "In the runs of a stage");
    final Family.Counter queued =
        new Family.Counter(
            "dvt_stage_queue_seconds", "That images waited for a stage, all together");
    final Family.Sizes batches =
        new Family.Sizes("dvt_stage_batch_size", "Images of a run of a stage");
    final Family.Gauge queueRows =
        new Family.Gauge("dvt_stage_queue_rows", "Images that wait for a stage");
    final Family.Gauge queueBytes =
        new Family.Gauge("dvt_stage_queue_bytes", "That images that wait for a stage keep alive");
    final Family.Gauge level =
        new Family.Gauge("dvt_load_level", "What the load asks of a model, from 0: nothing");
    final Family.Gauge arrivals =
        new Family.Gauge("dvt_load_arrival_rate", "Images a second that arrive for a model");
    final Family.Gauge wait =
        new Family.Gauge(
            "dvt_load_expected_wait_seconds", "Of an image that arrives for a model now");
    final Family.Counter late =
        new Family.Counter(
            "dvt_load_refused", "Images refused because their answer would have come too late");
    final Family.Counter compared =
        new Family.Counter("dvt_guard_compared", "Early answers compared with the last exit");
    final Family.Counter agreed =
        new Family.Counter("dvt_guard_agreed", "Early answers that the last exit agreed with");
    final Family.Gauge promised =
        new Family.Gauge("dvt_guard_promised_agreement", "The share that the calibration promised");
    final Family.Gauge drifting =
        new Family.Gauge(
            "dvt_guard_drifting", "1 where the share is below the promise beyond chance");
    final Family.Gauge rows = new Family.Gauge("dvt_admission_rows", "Images in the engine");
    final Family.Gauge bytes =
        new Family.Gauge("dvt_admission_bytes", "Reserved for images in the engine");
    final Family.Gauge capacity =
        new Family.Gauge("dvt_admission_capacity_bytes", "That images in the engine may reserve");
    final Family.Gauge waiting =
        new Family.Gauge("dvt_admission_waiting_rows", "Images that wait for room in the engine");
    final Family.Counter admitted =
        new Family.Counter("dvt_admission_admitted", "Images let into the engine");
    final Family.Counter refused =
        new Family.Counter("dvt_admission_refused", "Images turned away for want of room");
    final Family.Gauge requestBytes =
        new Family.Gauge("dvt_request_bytes", "Request messages in memory");
    final Family.Gauge nativeBytes =
        new Family.Gauge(
            "dvt_native_memory_bytes", "Held outside the heap by stages and images on their way");

    Stream<Family> all() {
      return Stream.of(
          ready,
          answered,
          failed,
          spent,
          saved,
          prepared,
          preparing,
          compute,
          queued,
          batches,
          queueRows,
          queueBytes,
          level,
          arrivals,
          wait,
          late,
          compared,
          agreed,
          promised,
          drifting,
          rows,
          bytes,
          capacity,
          waiting,
          admitted,
          refused,
          requestBytes,
          nativeBytes);
    }

    void model(ServedModel model) {
      String[] of = {"model", model.version().name(), "version", model.version().version()};
      ready.add(1, of);
      load(model, of);
    }

    /** What counts for each setting of a model has its name as a label, if it has one. */
    void setting(ServedModel model, CascadeStatistics statistics) {
      String[] version = {"model", model.version().name(), "version", model.version().version()};
      String[] of = model.setting().isEmpty() ? version : with(version, "setting", model.setting());
      List<Double> gflops = model.cascade().variant().gflops();
      double last = gflops.get(gflops.size() - 1);
      double spentNow = 0;
      double savedNow = 0;
      for (StageStatistics stage : statistics.stages()) {
        String number = Integer.toString(stage.stage());
        double cost = gflops.get(stage.stage() - 1);
        for (Map.Entry<?, Long> entry : stage.answered().entrySet()) {
          answered.add(entry.getValue(), with(of, "exit", number, "reason", lower(entry.getKey())));
          spentNow += entry.getValue() * cost;
          savedNow += entry.getValue() * (last - cost);
        }
        String[] place = with(of, "stage", number);
        compute.add(stage.runNanos() / 1e9, place);
        queued.add(stage.queueNanos() / 1e9, place);
        batches.add(stage.runsBySize(), place);
        queueRows.add(stage.queuedRows(), place);
        queueBytes.add(stage.queuedBytes(), place);
      }
      prepared.add(statistics.prepared(), of);
      preparing.add(statistics.preparingNanos() / 1e9, of);
      guard(model, of);
      spent.add(spentNow, of);
      saved.add(savedNow, of);
      for (EngineException.Kind kind : EngineException.Kind.values()) {
        failed.add(statistics.failed().getOrDefault(kind, 0L), with(of, "reason", lower(kind)));
      }
    }

    private void guard(ServedModel model, String... of) {
      if (model.cascade().earlyAnswers() instanceof AgreementGuard guard) {
        for (GuardStatistics point : guard.statistics()) {
          String[] at = with(of, "point", point.point());
          compared.add(point.compared(), at);
          agreed.add(point.agreed(), at);
          drifting.add(point.drifting() ? 1 : 0, at);
          point.promised().ifPresent(share -> promised.add(share, at));
        }
      }
    }

    /** A model that the load asks nothing of is at level 0. */
    private void load(ServedModel model, String... of) {
      if (model.cascade().load() instanceof LoadLevels levels) {
        LoadStatistics now = levels.statistics();
        level.add(now.level(), of);
        arrivals.add(now.imagesPerSecond(), of);
        wait.add(now.expectedWait().toNanos() / 1e9, of);
        late.add(now.refused(), of);
      } else {
        level.add(0, of);
      }
    }

    void admission(AdmissionStatistics now) {
      rows.add(now.rows());
      bytes.add(now.reservedBytes());
      capacity.add(now.capacityBytes());
      waiting.add(now.waiting());
      admitted.add(now.admitted());
      refused.add(now.refused());
    }

    private static String lower(Object name) {
      return name.toString().toLowerCase(Locale.ROOT);
    }

    private static String[] with(String[] labels, String... more) {
      return Stream.concat(Stream.of(labels), Stream.of(more)).toArray(String[]::new);
    }
  }
}
