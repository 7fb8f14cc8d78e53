package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.server.calls.CallWatcher;
import ai.dvt.server.calls.TraceExport;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpServer;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The spans of calls, in memory and over OTLP to a receiver on loopback. */
@Timeout(60)
class TraceTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00f067aa0ba902b7";
  private static final String CLASSIFY = "cascade.v1.CascadeService/Classify";
  private static final Metadata.Key<String> REQUEST_ID = key("x-request-id");

  @TempDir Path models;

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static ClientInterceptor headers(String... pairs) {
    Metadata headers = new Metadata();
    for (int i = 0; i < pairs.length; i += 2) {
      headers.put(key(pairs[i]), pairs[i + 1]);
    }
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static ClassifyRequest request(Image... images) {
    return ClassifyRequest.newBuilder()
        .setModel(ToyServer.TOY)
        .setPolicy(Policies.toMessage(ExitPolicy.parse("confidence>=0.9,0.9")))
        .addAllImages(List.of(images))
        .build();
  }

  private static CascadeServer serve(Path models, CallWatcher watcher) throws Exception {
    return CascadeServer.start(ToyServer.config(models), watcher);
  }

  private static CallWatcher into(InMemorySpanExporter spans, double share) {
    return CallWatcher.of(
        Optional.of(TraceExport.provider(SimpleSpanProcessor.create(spans), share)),
        Optional.empty());
  }

  /** The spans of a call, once its own has come, which is the last. */
  private static List<SpanData> await(InMemorySpanExporter spans, String call) throws Exception {
    while (spans.getFinishedSpanItems().stream().noneMatch(s -> s.getName().equals(call))) {
      Thread.sleep(2);
    }
    return spans.getFinishedSpanItems();
  }

  private static SpanData named(List<SpanData> spans, String name) {
    return spans.stream().filter(s -> s.getName().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void a_call_continues_the_callers_trace_with_a_span_for_every_wait_and_run() throws Exception {
    InMemorySpanExporter exporter = InMemorySpanExporter.create();
    try (ToyServer toy = ToyServer.around(serve(models, into(exporter, 0)))) {
      toy.stub()
          .withInterceptors(headers("traceparent", "00-" + TRACE + "-" + CALLER + "-01"))
          .classify(request(ToyServer.picture(2, 1)));
      List<SpanData> spans = await(exporter, CLASSIFY);
      assertThat(spans)
          .extracting(SpanData::getName)
          .containsExactlyInAnyOrder(
              CLASSIFY,
              "image",
              "queue of stage 1",
              "run of stage 1",
              "queue of stage 2",
              "run of stage 2");
      assertThat(spans).allMatch(span -> span.getTraceId().equals(TRACE));
      SpanData call = named(spans, CLASSIFY);
      assertThat(call.getParentSpanId()).isEqualTo(CALLER);
      assertThat(call.getKind()).isEqualTo(SpanKind.SERVER);
      assertThat(call.getAttributes().get(AttributeKey.longKey("dvt.exit"))).isEqualTo(2);
      assertThat(call.getAttributes().get(AttributeKey.stringKey("dvt.reason")))
          .isEqualTo("confident");
      SpanData image = named(spans, "image");
      assertThat(image.getParentSpanId()).isEqualTo(call.getSpanId());
      assertThat(image.getAttributes().get(AttributeKey.stringKey("dvt.model"))).isEqualTo("toy");
      List<SpanData> inOrder = new ArrayList<>();
      for (int stage = 1; stage <= 2; stage++) {
        inOrder.add(named(spans, "queue of stage " + stage));
        inOrder.add(named(spans, "run of stage " + stage));
      }
      for (int i = 0; i < inOrder.size(); i++) {
        SpanData span = inOrder.get(i);
        assertThat(span.getParentSpanId()).isEqualTo(image.getSpanId());
        assertThat(span.getStartEpochNanos()).isGreaterThanOrEqualTo(call.getStartEpochNanos());
        assertThat(span.getEndEpochNanos())
            .isGreaterThanOrEqualTo(span.getStartEpochNanos())
            .isLessThanOrEqualTo(call.getEndEpochNanos());
        if (i > 0) {
          assertThat(span.getStartEpochNanos()).isEqualTo(inOrder.get(i - 1).getEndEpochNanos());
        }
      }
    }
  }

  @Test
  void a_caller_that_does_not_trace_gets_no_spans_and_a_share_of_none_neither() throws Exception {
    InMemorySpanExporter exporter = InMemorySpanExporter.create();
    try (ToyServer toy = ToyServer.around(serve(models, into(exporter, 0)))) {
      ClassifyRequest request = request(ToyServer.picture(1, 1));
      toy.stub()
          .withInterceptors(headers("traceparent", "00-" + TRACE + "-" + CALLER + "-00"))
          .classify(request);
      toy.stub().classify(request);
      toy.stub().withInterceptors(headers("traceparent", "no trace")).classify(request);
      toy.stub()
          .withInterceptors(headers("traceparent", "00-" + TRACE + "-" + CALLER + "-01"))
          .classify(request);
      assertThat(await(exporter, CLASSIFY)).hasSize(4);
    }
  }

  @Test
  void a_call_without_a_trace_begins_one_and_a_failed_image_is_told() throws Exception {
    InMemorySpanExporter exporter = InMemorySpanExporter.create();
    try (ToyServer toy = ToyServer.around(serve(models, into(exporter, 1)))) {
      Image bad = ToyServer.tensor(new float[] {1}, 1, 1, 1);
      toy.stub().classify(request(ToyServer.picture(1, 1), bad));
      List<SpanData> spans = await(exporter, CLASSIFY);
      SpanData call = named(spans, CLASSIFY);
      assertThat(call.getAttributes().get(AttributeKey.longKey("dvt.images"))).isEqualTo(2);
      assertThat(call.getAttributes().get(AttributeKey.longKey("dvt.exit"))).isNull();
      assertThat(spans)
          .filteredOn(span -> span.getName().equals("image"))
          .extracting(span -> span.getStatus().getStatusCode())
          .containsExactlyInAnyOrder(StatusCode.UNSET, StatusCode.ERROR);
    }
  }

  @Test
  void a_streams_span_holds_its_images() throws Exception {
    InMemorySpanExporter exporter = InMemorySpanExporter.create();
    try (ToyServer toy = ToyServer.around(serve(models, into(exporter, 1)))) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      StreamObserver<ClassifyStreamRequest> stream =
          toy.async()
              .classifyStream(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ClassifyStreamResponse response) {}

                    @Override
                    public void onError(Throwable cause) {
                      done.completeExceptionally(cause);
                    }

                    @Override
                    public void onCompleted() {
                      done.complete(null);
                    }
                  });
      for (int i = 0; i < 3; i++) {
        stream.onNext(
            ClassifyStreamRequest.newBuilder()
                .setId("i" + i)
                .setModel(ToyServer.TOY)
                .setImage(ToyServer.picture(3, i))
                .build());
      }
      stream.onCompleted();
      done.get(30, TimeUnit.SECONDS);
      List<SpanData> spans = await(exporter, "cascade.v1.CascadeService/ClassifyStream");
      assertThat(spans).filteredOn(span -> span.getName().equals("image")).hasSize(3);
      assertThat(spans).filteredOn(span -> span.getName().equals("run of stage 3")).hasSize(3);
    }
  }

  @Test
  void the_request_id_comes_back_also_from_a_failed_call() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      AtomicReference<Metadata> sent = new AtomicReference<>();
      AtomicReference<Metadata> trailers = new AtomicReference<>();
      ClientInterceptor capture = MetadataUtils.newCaptureMetadataInterceptor(sent, trailers);
      ClassifyRequest good = request(ToyServer.picture(1, 1));
      toy.stub().withInterceptors(headers("x-request-id", "order-66"), capture).classify(good);
      assertThat(sent.get().get(REQUEST_ID)).isEqualTo("order-66");
      toy.stub().withInterceptors(capture).classify(good);
      assertThat(sent.get().get(REQUEST_ID)).matches("[0-9a-f]{16}");
      toy.stub().withInterceptors(headers("x-request-id", "two words"), capture).classify(good);
      assertThat(sent.get().get(REQUEST_ID)).matches("[0-9a-f]{16}");
      assertThatThrownBy(
              () ->
                  toy.stub()
                      .withInterceptors(headers("x-request-id", "order-67"), capture)
                      .classify(ClassifyRequest.getDefaultInstance()))
          .hasMessageContaining("INVALID_ARGUMENT");
      assertThat(trailers.get().get(REQUEST_ID)).isEqualTo("order-67");
    }
  }

  @Test
  void spans_reach_a_collector_by_otlp() throws Exception {
    BlockingQueue<UnknownFieldSet> received = new LinkedBlockingQueue<>();
    HttpServer collector = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
          received.add(
              UnknownFieldSet.parseFrom(
                  packed
                      ? new GZIPInputStream(exchange.getRequestBody())
                      : exchange.getRequestBody()));
          exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    try {
      URI endpoint = URI.create("http://127.0.0.1:" + collector.getAddress().getPort());
      CallWatcher watcher =
          CallWatcher.of(Optional.of(TraceExport.otlp(endpoint, 1)), Optional.empty());
      try (ToyServer toy = ToyServer.around(serve(models, watcher))) {
        toy.stub().classify(request(ToyServer.picture(1, 1)));
      } // its end sends what waits
      // ExportTraceServiceRequest.resource_spans.scope_spans.spans, by their field numbers
      UnknownFieldSet resource = child(received.take(), 1);
      assertThat(child(resource, 1).toByteString().toStringUtf8()).contains("dvt-server");
      Map<String, UnknownFieldSet> spans =
          child(resource, 2).getField(2).getLengthDelimitedList().stream()
              .map(TraceTest::parsed)
              .collect(
                  java.util.stream.Collectors.toMap(
                      span -> span.getField(5).getLengthDelimitedList().get(0).toStringUtf8(),
                      span -> span));
      assertThat(spans).containsOnlyKeys(CLASSIFY, "image", "queue of stage 1", "run of stage 1");
      assertThat(spans.get("image").getField(4).getLengthDelimitedList())
          .isEqualTo(spans.get(CLASSIFY).getField(2).getLengthDelimitedList());
    } finally {
      collector.stop(0);
    }
  }

  private static UnknownFieldSet child(UnknownFieldSet parent, int field) {
    return parsed(parent.getField(field).getLengthDelimitedList().get(0));
  }

  private static UnknownFieldSet parsed(com.google.protobuf.ByteString bytes) {
    try {
      return UnknownFieldSet.parseFrom(bytes);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
