package ai.dvt.server.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** One metric of one scrape: its points by labels. Of one thread. */
abstract sealed class Family {
  /** Of this scrape. */
  abstract MetricSnapshot snapshot();

  /** Only rises. */
  static final class Counter extends Family {
    private final CounterSnapshot.Builder builder;

    /**
     * @param name without {@code _total}
     */
    Counter(String name, String help) {
      builder = CounterSnapshot.builder().name(name).help(help);
    }

    void add(double value, String... labels) {
      builder.dataPoint(
          CounterDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build());
    }

    @Override
    MetricSnapshot snapshot() {
      return builder.build();
    }
  }

  /** Rises and falls. */
  static final class Gauge extends Family {
    private final GaugeSnapshot.Builder builder;

    Gauge(String name, String help) {
      builder = GaugeSnapshot.builder().name(name).help(help);
    }

    void add(double value, String... labels) {
      builder.dataPoint(
          GaugeDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build());
    }

    @Override
    MetricSnapshot snapshot() {
      return builder.build();
    }
  }

  /** Counts of whole sizes. */
  static final class Sizes extends Family {
    private final HistogramSnapshot.Builder builder;

    Sizes(String name, String help) {
      builder = HistogramSnapshot.builder().name(name).help(help);
    }

    /**
     * @param counts of each size; index 0 is size 0, which never comes
     */
    void add(List<Long> counts, String... labels) {
      ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
      double sum = 0;
      for (int size = 1; size < counts.size(); size++) {
        buckets.bucket(size, counts.get(size));
        sum += (double) size * counts.get(size);
      }
      buckets.bucket(Double.POSITIVE_INFINITY, 0);
      builder.dataPoint(
          HistogramDataPointSnapshot.builder()
              .classicHistogramBuckets(buckets.build())
              .sum(sum)
              .labels(Labels.of(labels))
              .build());
    }

    @Override
    MetricSnapshot snapshot() {
      return builder.build();
    }
  }
}
