package ai.dvt.server.runtime;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Direct buffers by position among the inputs and outputs of a stage. */
final class HostWorkspace implements Workspace {
  private final NativeMemory memory;
  private final List<NativeMemory.Block> inputs = new ArrayList<>();
  private final List<NativeMemory.Block> outputs = new ArrayList<>();

  HostWorkspace(NativeMemory memory) {
    this.memory = memory;
  }

  /** A buffer of exactly {@code bytes}; its content is what an earlier run left. */
  ByteBuffer input(int position, int bytes) {
    return view(inputs, position, bytes);
  }

  /** A buffer of exactly {@code bytes}; its content is what an earlier run left. */
  ByteBuffer output(int position, int bytes) {
    return view(outputs, position, bytes);
  }

  private ByteBuffer view(List<NativeMemory.Block> blocks, int position, int bytes) {
    while (blocks.size() <= position) {
      blocks.add(memory.allocate(0));
    }
    NativeMemory.Block block = blocks.get(position);
    if (block.size() < bytes) {
      blocks.set(position, memory.allocate(bytes));
      block.close();
      block = blocks.get(position);
    }
    ByteBuffer view = block.view();
    view.limit(bytes);
    return view;
  }

  @Override
  public void trim() {
    close();
  }

  @Override
  public void close() {
    inputs.forEach(NativeMemory.Block::close);
    outputs.forEach(NativeMemory.Block::close);
    inputs.clear();
    outputs.clear();
  }
}
