package ai.dvt.server;

import ai.dvt.server.engine.Rehearsal;
import ai.dvt.server.engine.ServedCascade;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.ProcessMemory;
import ai.dvt.server.runtime.StageException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a limit of the process leaves for waiting images; in bytes.
 *
 * @param limit of the process
 * @param resident what it takes with its models loaded and all workers in their largest batches
 * @param heapGrowth what the heap may still grow
 * @param messages what request messages may take while they arrive, outside the heap, chunks that
 *     are not full included
 */
record MemoryPlan(long limit, long resident, long heapGrowth, long messages) {
  /**
   * Compiled code and its compiler, classes, the collector's tables, threads, sockets: what a
   * running server still adds to a new one.
   */
  static final long OWN = 96L << 20;

  /**
   * The plan of this process while all workers do what takes most; what they took for it is given
   * back.
   *
   * @throws ServerException where the process' memory cannot be read, or is not even enough for
   *     that
   */
  static MemoryPlan atWorst(long limit, long messages, Device device, List<ServedCascade> cascades)
      throws ServerException {
    AtomicReference<OptionalLong> resident = new AtomicReference<>(OptionalLong.empty());
    try {
      new Rehearsal(device, cascades).run(() -> resident.set(ProcessMemory.residentBytes()));
    } catch (StageException e) {
      throw new ServerException(
          "memory-limit: "
              + limit
              + " (expected: room for the largest batches of all workers): "
              + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerException("memory-limit: " + limit + " (expected: no interrupt)");
    }
    MemoryPlan plan = now(limit, messages, resident.get());
    ProcessMemory.giveBack();
    return plan;
  }

  static MemoryPlan now(long limit, long messages, OptionalLong resident) throws ServerException {
    if (resident.isEmpty()) {
      throw new ServerException(
          "memory-limit: " + limit + " (expected: none; this system does not tell what is in use)");
    }
    Runtime heap = Runtime.getRuntime();
    long used = heap.totalMemory() - heap.freeMemory(); // the rest may not be resident yet
    return new MemoryPlan(
        limit, resident.getAsLong(), heap.maxMemory() - used, inPooledChunks(messages));
  }

  /** Netty's pooled chunks are never full: 1.4 times the messages in them was seen in a flood. */
  private static long inPooledChunks(long messages) {
    return Math.addExact(messages, messages / 2);
  }

  /**
   * Bytes that waiting images may take.
   *
   * @throws ServerException if nothing is left
   */
  long room() throws ServerException {
    long needed = Math.addExact(Math.addExact(resident, heapGrowth), Math.addExact(messages, OWN));
    if (limit <= needed) {
      throw new ServerException(
          "memory-limit: "
              + limit
              + " bytes (expected: > "
              + needed
              + ", the "
              + resident
              + " of the process with its models and all workers in their largest batches, the "
              + heapGrowth
              + " that the heap may grow, the "
              + messages
              + " of arriving messages, "
              + OWN
              + " of its own, and something for images; -Xmx, --workers, --max-batch and"
              + " --max-inflight-request-bytes lower them)");
    }
    return limit - needed;
  }
}
