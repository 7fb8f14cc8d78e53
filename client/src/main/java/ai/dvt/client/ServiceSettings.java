package ai.dvt.client;

import ai.dvt.cascade.v1.CascadeServiceGrpc;
import java.util.List;
import java.util.Map;

/**
 * gRPC's service config: requests go round the servers that say they serve; calls with one request
 * are tried again where the server asks for it or went away. Nothing is sent twice at once.
 */
final class ServiceSettings {
  /** Of one call, the first attempt included; gRPC allows no more. */
  private static final double ATTEMPTS = 5;

  private ServiceSettings() {}

  static Map<String, Object> config() {
    Map<String, Object> retries =
        Map.of(
            "maxAttempts",
            ATTEMPTS,
            "initialBackoff",
            "0.05s",
            "maxBackoff",
            "1s",
            "backoffMultiplier",
            2.0,
            "retryableStatusCodes",
            List.of("UNAVAILABLE", "RESOURCE_EXHAUSTED"));
    return Map.of(
        "loadBalancingConfig",
        List.of(Map.of("round_robin", Map.of())),
        "healthCheckConfig",
        Map.of("serviceName", ""),
        "methodConfig",
        List.of(Map.of("name", names(), "retryPolicy", retries)));
  }

  private static List<Map<String, String>> names() {
    return List.of("Classify", "ListModels", "DescribeModel").stream()
        .map(method -> Map.of("service", CascadeServiceGrpc.SERVICE_NAME, "method", method))
        .toList();
  }
}
