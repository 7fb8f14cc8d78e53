package ai.dvt.server.runtime.provider;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads what native code writes to the process's standard error, where ONNX Runtime says why a
 * provider does not load. While it listens, nothing else of the process reaches the console there;
 * afterwards everything does.
 */
final class StandardError implements AutoCloseable {
  private static final int NUMBER = 2;
  private static final int WRITE_ONLY = 1;

  /** Of the C library. */
  private interface Descriptors extends Library {
    int dup(int descriptor);

    int dup2(int from, int to);

    int open(String path, int flags);

    int close(int descriptor);

    int fflush(Pointer all);
  }

  private final Descriptors library;
  private final Path file;
  private final int console;
  private boolean listening;

  private StandardError(Descriptors library, Path file, int console) {
    this.library = library;
    this.file = file;
    this.console = console;
    this.listening = true;
  }

  /** Listens from now on; hears nothing where there is no POSIX. */
  static StandardError listen() {
    try {
      Path file = Files.createTempFile("dvt-stderr", ".txt");
      if (Platform.isWindows()) {
        return new StandardError(null, file, -1);
      }
      Descriptors library = Native.load(Platform.C_LIBRARY_NAME, Descriptors.class);
      library.fflush(Pointer.NULL);
      int console = library.dup(NUMBER);
      int into = library.open(file.toString(), WRITE_ONLY);
      library.dup2(into, NUMBER);
      library.close(into);
      return new StandardError(library, file, console);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops listening. */
  String heard() {
    stop();
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void stop() {
    if (listening && library != null) {
      library.fflush(Pointer.NULL);
      library.dup2(console, NUMBER);
      library.close(console);
    }
    listening = false;
  }

  @Override
  public void close() {
    stop();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
