package ai.dvt.server;

import java.util.OptionalLong;

/**
 * What a limit of the process leaves for waiting images; in bytes.
 *
 * @param limit of the process
 * @param resident what it takes with its models loaded and tried
 * @param heapGrowth what the heap may still grow
 */
record MemoryPlan(long limit, long resident, long heapGrowth) {
  /**
   * The plan of this process as it is now.
   *
   * @throws ServerException where the process' memory cannot be read
   */
  static MemoryPlan now(long limit, OptionalLong resident) throws ServerException {
    if (resident.isEmpty()) {
      throw new ServerException(
          "memory-limit: " + limit + " (expected: none; this system does not tell what is in use)");
    }
    Runtime heap = Runtime.getRuntime();
    return new MemoryPlan(limit, resident.getAsLong(), heap.maxMemory() - heap.totalMemory());
  }

  /**
   * Bytes that waiting images may take.
   *
   * @throws ServerException if nothing is left
   */
  long room() throws ServerException {
    long needed = Math.addExact(resident, heapGrowth);
    if (limit <= needed) {
      throw new ServerException(
          "memory-limit: "
              + limit
              + " bytes (expected: > "
              + needed
              + ", the "
              + resident
              + " of the process with its models and the "
              + heapGrowth
              + " that the heap may grow, and something for images; -Xmx and --max-batch lower them)");
    }
    return limit - needed;
  }
}
