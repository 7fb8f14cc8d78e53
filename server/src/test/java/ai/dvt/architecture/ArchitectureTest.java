package ai.dvt.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The dependency rules hold for the main classes of all modules, and each can fail. */
class ArchitectureTest {
  private static final String PLANTED = "ai.dvt.architecture.planted";

  private static JavaClasses project;
  private static JavaClasses planted;

  @BeforeAll
  static void readClasses() {
    project =
        new ClassFileImporter()
            .importPaths(
                Stream.of("proto", "exporter", "client", "server")
                    .map(module -> Path.of("..", module, "target", "classes"))
                    .toList());
    planted =
        new ClassFileImporter()
            .importPath(Path.of("target/test-classes/ai/dvt/architecture/planted"));
  }

  private static void holds(Function<Rules, ArchRule> rule) {
    rule.apply(new Rules("ai.dvt")).check(project);
  }

  private static void fails(Function<Rules, ArchRule> rule, String... classes) {
    List<String> violations =
        rule.apply(new Rules(PLANTED)).evaluate(planted).getFailureReport().getDetails();
    for (String name : classes) {
      String planting = planted.get(PLANTED + "." + name).getName();
      assertThat(violations).anyMatch(violation -> violation.contains(planting));
    }
  }

  @Test
  void all_modules_are_looked_at() {
    for (String module : new String[] {"cascade", "exporter", "client", "server"}) {
      assertThat(project).anyMatch(c -> c.getPackageName().startsWith("ai.dvt." + module));
    }
  }

  @Test
  void the_server_never_imports_exporter_or_client() {
    holds(Rules::serverStandsAlone);
    fails(Rules::serverStandsAlone, "server.ImportsTheExporter");
  }

  @Test
  void the_client_never_imports_onnx_runtime() {
    holds(Rules::clientNeverImportsTheRuntime);
    fails(Rules::clientNeverImportsTheRuntime, "client.stream.ImportsTheRuntime");
  }

  @Test
  void the_client_library_needs_grpc_and_protobuf_only() {
    holds(Rules::clientLibraryNeedsGrpcAndProtobufOnly);
    fails(Rules::clientLibraryNeedsGrpcAndProtobufOnly, "client.call.ImportsGson");
  }

  @Test
  void onnx_runtime_is_imported_by_the_servers_runtime_and_the_exporters_verify_alone() {
    holds(Rules::onlyRuntimeAndVerifyImportTheRuntime);
    fails(
        Rules::onlyRuntimeAndVerifyImportTheRuntime,
        "server.engine.ImportsTheRuntime",
        "exporter.bundle.ImportsTheRuntime");
  }

  @Test
  void nn_knows_no_file_and_no_key_name() {
    holds(Rules::blocksKnowNoFileAndNoKeyName);
    fails(
        Rules::blocksKnowNoFileAndNoKeyName, "exporter.nn.ReadsFiles", "exporter.nn.KnowsKeyNames");
  }

  @Test
  void calibration_imports_only_the_contract() {
    holds(Rules::calibrationImportsOnlyTheContract);
    fails(Rules::calibrationImportsOnlyTheContract, "exporter.calibration.RunsGraphs");
  }

  @Test
  void the_engine_knows_no_grpc_and_no_message() {
    holds(Rules::engineKnowsNoGrpcAndNoMessage);
    fails(
        Rules::engineKnowsNoGrpcAndNoMessage,
        "server.engine.KnowsGrpc",
        "server.engine.KnowsMessages");
  }

  @Test
  void the_runtime_knows_no_queue() {
    holds(Rules::runtimeKnowsNoQueue);
    fails(Rules::runtimeKnowsNoQueue, "server.runtime.KnowsTheEngine");
  }

  @Test
  void the_contracts_records_stand_on_the_jdk_alone() {
    holds(Rules::contractStandsOnTheJdk);
    fails(Rules::contractStandsOnTheJdk, "cascade.KnowsMessages");
  }

  @Test
  void generated_messages_stay_in_grpc_client_wire_and_onnx() {
    holds(Rules::messagesStayAtTheEdges);
    fails(Rules::messagesStayAtTheEdges, "server.image.TakesMessages");
  }

  @Test
  void packages_have_no_cycles() {
    holds(Rules::noPackageCycles);
    fails(Rules::noPackageCycles, "cycle.here.Here", "cycle.there.There");
  }

  @Test
  void no_package_is_a_junk_drawer() {
    holds(Rules::noJunkDrawers);
    fails(Rules::noJunkDrawers, "util.Anything");
  }

  @Test
  void no_class_has_a_hollow_name() {
    holds(Rules::noHollowNames);
    fails(Rules::noHollowNames, "names.QueueManager");
  }

  @Test
  void no_static_state_can_change() {
    holds(Rules::noStaticMutableState);
    fails(Rules::noStaticMutableState, "state.CountsEverything", "state.KeepsEverything");
  }

  @Test
  void only_commands_print() {
    holds(Rules::onlyCommandsPrint);
    fails(Rules::onlyCommandsPrint, "server.grpc.Prints");
  }
}
