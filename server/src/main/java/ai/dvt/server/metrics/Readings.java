package ai.dvt.server.metrics;

import ai.dvt.server.engine.CascadeEngine;
import ai.dvt.server.grpc.ModelCatalogue;
import ai.dvt.server.runtime.Device;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Where a scrape reads.
 *
 * @param catalogue the models of the moment
 * @param requestBytes of request messages in memory
 */
public record Readings(
    Supplier<ModelCatalogue> catalogue,
    CascadeEngine engine,
    Device device,
    LongSupplier requestBytes) {}
