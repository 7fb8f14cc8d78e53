package ai.dvt.cascade;

/**
 * A class and how sure an exit is of it.
 *
 * @param name the label, or the class number in a model without labels
 * @param index class number, from 0
 * @param confidence softmax probability at the exit
 */
public record Label(String name, int index, float confidence) {
  public Label {
    if (index < 0) {
      throw new ContractException("index of label " + name, index, ">= 0");
    }
  }
}
