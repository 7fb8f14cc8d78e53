package ai.dvt.exporter.checkpoint;

import java.nio.file.Path;
import java.util.Locale;

/**
 * An open checkpoint. The container is told by content, never by name. Tensor data is mapped and
 * decoded on demand, so tensors must be read before this is closed.
 */
public final class CheckpointFile implements AutoCloseable {
  /** What kind of file this is. */
  public enum Container {
    TORCH_ZIP,
    TORCH_LEGACY,
    SAFETENSORS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final OpenFile file;
  private final Container container;
  private final StateDicts stateDicts;
  private final Extras extras;

  private CheckpointFile(OpenFile file, Container container, StateDicts stateDicts, Extras extras) {
    this.file = file;
    this.container = container;
    this.stateDicts = stateDicts;
    this.extras = extras;
  }

  /**
   * Reads everything but the numbers. Executes nothing that stands in the file.
   *
   * @throws CheckpointException if it is not a checkpoint, or a broken or hostile one
   */
  public static CheckpointFile open(Path path) {
    OpenFile file = OpenFile.open(path);
    try {
      return read(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static CheckpointFile read(OpenFile file) {
    Container container = ContainerKind.of(file);
    switch (container) {
      case TORCH_ZIP -> {
        ZipContainer zip = new ZipContainer(file);
        TorchContent content = new TorchContent(file, zip.object(), zip);
        return new CheckpointFile(file, container, content.stateDicts(), content.extras());
      }
      case TORCH_LEGACY -> {
        LegacyContainer legacy = new LegacyContainer(file);
        TorchContent content = new TorchContent(file, legacy.object(), legacy);
        return new CheckpointFile(file, container, content.stateDicts(), content.extras());
      }
      default -> {
        SafetensorsContainer tensors = new SafetensorsContainer(file);
        return new CheckpointFile(file, container, tensors.stateDicts(), tensors.extras());
      }
    }
  }

  public Path path() {
    return file.path();
  }

  public Container container() {
    return container;
  }

  /** Bytes in the file. */
  public long size() {
    return file.size();
  }

  public StateDicts stateDicts() {
    return stateDicts;
  }

  /** What the file holds beside state dicts. */
  public Extras extras() {
    return extras;
  }

  /** SHA-256 of the whole file, lower-case hex; reads it once through. */
  public String sha256() {
    return file.sha256();
  }

  @Override
  public void close() {
    file.close();
  }
}
