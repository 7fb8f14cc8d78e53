package ai.dvt.server.runtime;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;

/**
 * A direct buffer whose memory can be freed at once: an arena of the Foreign Function and Memory
 * API where it is final (Java 22 and later), Unsafe.invokeCleaner before, where it does not warn
 * yet. Both are reached by reflection, the language level being 17.
 */
record DirectBytes(ByteBuffer buffer, Runnable release) {
  /** What differs between Java versions. */
  private interface Source {
    DirectBytes allocate(int size) throws Throwable;
  }

  private static final Source SOURCE =
      Runtime.version().feature() >= 22 ? arenas() : cleanedBuffers();

  static DirectBytes allocate(int size) {
    try {
      return SOURCE.allocate(size);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  void free() {
    release.run();
  }

  private static Source arenas() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> arena = Class.forName("java.lang.foreign.Arena");
      Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
      MethodHandle open =
          lookup
              .findStatic(arena, "ofShared", MethodType.methodType(arena))
              .asType(MethodType.methodType(Object.class));
      MethodHandle allocate =
          lookup
              .findVirtual(
                  arena, "allocate", MethodType.methodType(segment, long.class, long.class))
              .asType(MethodType.methodType(Object.class, Object.class, long.class, long.class));
      MethodHandle view =
          lookup
              .findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class))
              .asType(MethodType.methodType(ByteBuffer.class, Object.class));
      return size -> {
        Object opened = open.invokeExact();
        ByteBuffer buffer;
        try {
          Object memory = allocate.invokeExact(opened, (long) size, 64L);
          buffer = (ByteBuffer) view.invokeExact(memory);
        } catch (Throwable e) {
          close((AutoCloseable) opened);
          throw e;
        }
        return new DirectBytes(buffer, () -> close((AutoCloseable) opened));
      };
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static Source cleanedBuffers() {
    try {
      Class<?> unsafeType = Class.forName("sun.misc.Unsafe");
      var field = unsafeType.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      MethodHandle clean =
          MethodHandles.publicLookup()
              .findVirtual(
                  unsafeType, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
              .bindTo(field.get(null));
      return size -> {
        ByteBuffer buffer = ByteBuffer.allocateDirect(size);
        return new DirectBytes(
            buffer,
            () -> {
              try {
                clean.invokeExact(buffer);
              } catch (Throwable e) {
                throw new IllegalStateException(e);
              }
            });
      };
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static void close(AutoCloseable arena) {
    try {
      arena.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
