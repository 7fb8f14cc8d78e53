package ai.dvt.cascade;

/** What makes an exit good enough, before any cap or floor. */
public sealed interface ExitRule permits Thresholds, ExitRule.AtPoint, ExitRule.LastExit {
  /** The thresholds of the model's operating point of this name. */
  record AtPoint(String name) implements ExitRule {
    public AtPoint {
      if (name.isBlank() || name.indexOf(';') >= 0 || !name.equals(name.strip())) {
        throw new ContractException(
            "operating_point", '"' + name + '"', "a name without ';' and surrounding blanks");
      }
    }

    @Override
    public String toString() {
      return "point=" + name;
    }
  }

  /** No early exit. */
  record LastExit() implements ExitRule {
    @Override
    public String toString() {
      return "last";
    }
  }
}
