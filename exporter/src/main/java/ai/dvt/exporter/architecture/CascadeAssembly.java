package ai.dvt.exporter.architecture;

import ai.dvt.exporter.architecture.ArchitectureOptions.ExtraOutput;
import ai.dvt.exporter.cost.StageCost;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Puts a cascade together: sizes, costs, hand-overs, and the graphs of each stage. */
final class CascadeAssembly {
  private CascadeAssembly() {}

  static CascadeGraphs assemble(
      Architecture architecture, Weights weights, ArchitectureOptions options) {
    return assemble(
        architecture, weights, options, new GeometryReader(architecture, weights, options).read());
  }

  /** The same of stages whose sizes are read already. */
  static CascadeGraphs assemble(
      Architecture architecture,
      Weights weights,
      ArchitectureOptions options,
      List<StageGeometry> stages) {
    int classes = stages.get(0).classes();
    List<StageGraph> graphs = new ArrayList<>();
    long macs = 0;
    for (StageGeometry stage : stages) {
      if (stage.classes() != classes) {
        throw new ArchitectureException(
            "classes of stage " + stage.number(), stage.classes(), classes + ", as stage 1");
      }
      macs += StageCost.of(stage).total();
      Set<Intermediate> outputs = Intermediate.extra(options.extraOutputs());
      if (stage.number() < stages.size()) {
        outputs.addAll(Intermediate.consumed(stages.get(stage.number())));
      }
      StageGeometry upstream = stage.number() == 1 ? null : stages.get(stage.number() - 2);
      StageModules modules =
          new StageModules(stage, new StageWeights(weights.stage(stage.number())));
      StageAssembly assembly =
          new StageAssembly(
              stage, upstream, modules, outputs, options.extraOutputs().contains(ExtraOutput.KEPT));
      graphs.add(
          new StageGraph(
              stage,
              macs / 1e9,
              upstream == null ? List.of() : Intermediate.handover(upstream, stage),
              assembly::graph));
    }
    String name = PruningText.of(architecture.name(), stages);
    return new CascadeGraphs(name, stages.get(0).imageSize(), classes, graphs);
  }
}
