package ai.dvt.server.runtime;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The memory of this process as the operating system counts it: heap, models and buffers. */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private interface Allocator extends Library {
    int malloc_trim(NativeLong pad);
  }

  /** Loaded when first wanted. */
  private static final class Loaded {
    /** Null where there is no such function. */
    static final Allocator ALLOCATOR = load();

    private static Allocator load() {
      if (!Platform.isLinux()) {
        return null;
      }
      try {
        Allocator allocator = Native.load(Platform.C_LIBRARY_NAME, Allocator.class);
        allocator.malloc_trim(new NativeLong(0));
        return allocator;
      } catch (UnsatisfiedLinkError e) {
        return null; // not glibc
      }
    }
  }

  private ProcessMemory() {}

  /** Resident bytes; empty where the operating system does not tell (all but Linux). */
  public static OptionalLong residentBytes() {
    if (!Files.isReadable(STATUS)) {
      return OptionalLong.empty();
    }
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("VmRSS:")) {
          return OptionalLong.of(1024 * Long.parseLong(line.replaceAll("[^0-9]", "")));
        }
      }
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
    return OptionalLong.empty();
  }

  /**
   * Gives freed native memory, which the C library keeps for later, to the operating system. Takes
   * milliseconds; does nothing without glibc.
   */
  public static void giveBack() {
    if (Loaded.ALLOCATOR != null) {
      Loaded.ALLOCATOR.malloc_trim(new NativeLong(0));
    }
  }
}
