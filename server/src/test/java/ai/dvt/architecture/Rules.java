package ai.dvt.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Collection;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;

/**
 * The project's dependency rules, for the packages below a root: {@code ai.dvt}, or the planted
 * packages that mirror it.
 */
final class Rules {
  private static final String[] MESSAGES = {
    "ai.dvt.cascade.v1..", "ai.dvt.inference..", "ai.dvt.exporter.onnx.proto.."
  };
  private static final String RUNTIME = "ai.onnxruntime..";

  private final String root;

  Rules(String root) {
    this.root = root + ".";
  }

  private String[] in(String... packages) {
    String[] full = new String[packages.length];
    for (int i = 0; i < packages.length; i++) {
      full[i] = root + packages[i];
    }
    return full;
  }

  /** Also the real packages, so that planted classes may point at either. */
  private String[] anywhere(String... packages) {
    String[] full = new String[2 * packages.length];
    for (int i = 0; i < packages.length; i++) {
      full[2 * i] = root + packages[i];
      full[2 * i + 1] = "ai.dvt." + packages[i];
    }
    return full;
  }

  private DescribedPredicate<JavaClass> written() {
    return not(resideInAnyPackage(MESSAGES));
  }

  ArchRule serverStandsAlone() {
    return noClasses()
        .that()
        .resideInAPackage(root + "server..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(anywhere("exporter..", "client.."));
  }

  ArchRule clientNeverImportsTheRuntime() {
    return noClasses()
        .that()
        .resideInAPackage(root + "client..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(RUNTIME);
  }

  ArchRule clientLibraryNeedsGrpcAndProtobufOnly() {
    String[] library = in("client", "client.call..", "client.message..", "client.stream..");
    return classes()
        .that()
        .resideInAnyPackage(library)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(library)
                .or(
                    resideInAnyPackage(
                        "java..",
                        "io.grpc..",
                        "com.google.protobuf..",
                        "com.google.rpc..",
                        "ai.dvt.cascade..")));
  }

  ArchRule onlyRuntimeAndVerifyImportTheRuntime() {
    return noClasses()
        .that()
        .resideInAnyPackage(in("server..", "exporter..", "cascade.."))
        .and()
        .resideOutsideOfPackages(in("server.runtime..", "exporter.verify.."))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(RUNTIME);
  }

  ArchRule blocksKnowNoFileAndNoKeyName() {
    return noClasses()
        .that()
        .resideInAPackage(root + "exporter.nn..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("java.nio.file..")
                .or(resideInAnyPackage(anywhere("exporter.checkpoint..", "exporter.bundle..")))
                .or(
                    describe(
                        "are files or key maps",
                        c ->
                            c.getName().startsWith("java.io.File")
                                || c.getSimpleName().equals("KeyMap"))));
  }

  /** Holds as long as there is no calibration, too. */
  ArchRule calibrationImportsOnlyTheContract() {
    return classes()
        .that()
        .resideInAPackage(root + "exporter.calibration..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..",
                "ai.dvt.cascade",
                "ai.dvt.cascade.records",
                root + "exporter.calibration.."))
        .allowEmptyShould(true);
  }

  ArchRule engineKnowsNoGrpcAndNoMessage() {
    return noClasses()
        .that()
        .resideInAPackage(root + "server.engine..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("io.grpc..", "com.google..", "ai.dvt.cascade.wire..")
                .or(resideInAnyPackage(MESSAGES)));
  }

  ArchRule runtimeKnowsNoQueue() {
    return noClasses()
        .that()
        .resideInAPackage(root + "server.runtime..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(anywhere("server.engine..", "server.grpc.."));
  }

  ArchRule contractStandsOnTheJdk() {
    return classes()
        .that()
        .resideInAPackage(root + "cascade")
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage("java..", root + "cascade"));
  }

  ArchRule messagesStayAtTheEdges() {
    return noClasses()
        .that()
        .resideInAPackage(root + "(**)")
        .and()
        .resideOutsideOfPackages(
            in("server.grpc..", "client..", "cascade.wire..", "exporter.onnx.."))
        .and(written())
        .should()
        .dependOnClassesThat(resideInAnyPackage(MESSAGES));
  }

  ArchRule noPackageCycles() {
    return slices().matching(root + "(**)").should().beFreeOfCycles();
  }

  ArchRule noJunkDrawers() {
    return noClasses()
        .should()
        .resideInAnyPackage(
            "..util..", "..utils..", "..common..", "..helper..", "..helpers..", "..misc..");
  }

  ArchRule noHollowNames() {
    return noClasses()
        .that(written())
        .should()
        .haveSimpleNameEndingWith("Manager")
        .orShould()
        .haveSimpleNameEndingWith("Helper")
        .orShould()
        .haveSimpleNameEndingWith("Util")
        .orShould()
        .haveSimpleNameEndingWith("Utils")
        .orShould()
        .haveSimpleNameEndingWith("Impl")
        .orShould()
        .haveSimpleNameEndingWith("Info")
        .orShould()
        .haveSimpleNameEndingWith("Data");
  }

  ArchRule noStaticMutableState() {
    return fields()
        .that()
        .areDeclaredInClassesThat(written())
        .and()
        .areStatic()
        .and(describe("are in the source", f -> !f.getModifiers().contains(JavaModifier.SYNTHETIC)))
        .should(beConstant());
  }

  private static ArchCondition<JavaField> beConstant() {
    return new ArchCondition<>("be constant") {
      @Override
      public void check(JavaField field, ConditionEvents events) {
        JavaClass type = field.getRawType();
        boolean mutableType =
            type.isAssignableTo(ThreadLocal.class)
                || type.isAssignableTo(Random.class)
                || type.isAssignableTo(LongAdder.class)
                || type.isAssignableTo(StringBuilder.class)
                || type.getPackageName().equals("java.util.concurrent.atomic")
                || (type.isArray() && !field.getModifiers().contains(JavaModifier.PRIVATE))
                || (!type.isInterface()
                    && (type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class)))
                || type.getName().startsWith("java.util.concurrent.Concurrent");
        if (!field.getModifiers().contains(JavaModifier.FINAL) || mutableType) {
          events.add(
              SimpleConditionEvent.violated(
                  field, field.getFullName() + " is static and can change"));
        }
      }
    };
  }

  ArchRule onlyCommandsPrint() {
    return noClasses()
        .that()
        .resideOutsideOfPackages("..cli..")
        .and(not(resideInAPackage("ai.dvt.architecture")))
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(Throwable.class, "printStackTrace");
  }
}
