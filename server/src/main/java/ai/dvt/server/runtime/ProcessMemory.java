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
  /** M_MMAP_THRESHOLD of malloc.h; once set it does not rise by itself any more. */
  private static final int MMAP_THRESHOLD = -3;

  private static final int LARGE_BYTES = 256 << 10;

  private static final Path STATUS = Path.of("/proc/self/status");

  private interface Allocator extends Library {
    int malloc_trim(NativeLong pad);

    int mallopt(int option, int value);
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
    return status("VmRSS:");
  }

  /** The most resident bytes so far; empty likewise. */
  public static OptionalLong mostResidentBytes() {
    return status("VmHWM:");
  }

  /**
   * From now on the C library takes every large block from the operating system and gives it back
   * with its release, whatever was taken and released before: no holes stay that nobody uses. Does
   * nothing without glibc.
   */
  public static void takeLargeBlocksAlone() {
    if (Loaded.ALLOCATOR != null) {
      Loaded.ALLOCATOR.mallopt(MMAP_THRESHOLD, LARGE_BYTES);
    }
  }

  private static OptionalLong status(String field) {
    if (!Files.isReadable(STATUS)) {
      return OptionalLong.empty();
    }
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(field)) {
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
