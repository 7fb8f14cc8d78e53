package ai.dvt.cascade.wire;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.DataType;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.Provenance;
import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.v1.File;
import ai.dvt.cascade.v1.Handover;
import ai.dvt.cascade.v1.Manifest;
import ai.dvt.cascade.v1.Resize;
import ai.dvt.cascade.v1.SelfTest;
import ai.dvt.cascade.v1.Stage;
import ai.dvt.cascade.v1.Variant;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.ProtocolMessageEnum;
import com.google.protobuf.util.JsonFormat;
import java.util.Optional;
import java.util.OptionalDouble;

/** Manifests and calibrations, as messages and as the JSON files of a version folder. */
public final class Manifests {
  private Manifests() {}

  /**
   * Reads {@code manifest.json}; unknown fields are ignored.
   *
   * @throws ContractException for text that is no manifest, another schema_version or a broken rule
   */
  public static CascadeManifest fromJson(String json) {
    Manifest.Builder message = Manifest.newBuilder();
    merge(json, message);
    return fromMessage(message.build());
  }

  /** Writes {@code manifest.json}. */
  public static String toJson(CascadeManifest manifest) {
    return print(toMessage(manifest));
  }

  /**
   * Reads {@code calibrations/<name>.json}; unknown fields are ignored.
   *
   * @throws ContractException for text that is no calibration, another schema_version or a broken
   *     rule
   */
  public static Calibration calibrationFromJson(String json) {
    var message = ai.dvt.cascade.v1.Calibration.newBuilder();
    merge(json, message);
    return fromMessage(message.build());
  }

  /** Writes {@code calibrations/<name>.json}. */
  public static String toJson(Calibration calibration) {
    return print(toMessage(calibration));
  }

  private static void merge(String json, Message.Builder into) {
    try {
      JsonFormat.parser().ignoringUnknownFields().merge(json, into);
    } catch (InvalidProtocolBufferException e) {
      throw new ContractException("json", e.getMessage(), into.getDescriptorForType().getName());
    }
  }

  private static String print(Message message) {
    try {
      return JsonFormat.printer().preservingProtoFieldNames().print(message) + "\n";
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void checkSchema(int schemaVersion) {
    if (schemaVersion != CascadeManifest.SCHEMA_VERSION) {
      throw new ContractException(
          "schema_version", schemaVersion, String.valueOf(CascadeManifest.SCHEMA_VERSION));
    }
  }

  /** The record of a message; see {@link #fromJson}. */
  public static CascadeManifest fromMessage(Manifest message) {
    checkSchema(message.getSchemaVersion());
    var pre = message.getPreprocessing();
    return new CascadeManifest(
        message.getModel(),
        message.getArchitecture(),
        message.getVariantsList().stream().map(Manifests::fromMessage).toList(),
        new Preprocessing(
            pre.getHeight(),
            pre.getWidth(),
            constant(Preprocessing.Resize.class, "RESIZE_", pre.getResize(), "resize"),
            pre.getResizeSide(),
            pre.getMeanList(),
            pre.getStdList()),
        message.getClasses(),
        message.hasLabels() ? Optional.of(fromMessage(message.getLabels())) : Optional.empty(),
        message.hasSelfTest() ? Optional.of(fromMessage(message.getSelfTest())) : Optional.empty(),
        message.hasProvenance()
            ? Optional.of(
                new Provenance(
                    message.getProvenance().getCheckpointFile(),
                    message.getProvenance().getCheckpointSha256(),
                    message.getProvenance().getExporterVersion(),
                    message.getProvenance().getArgumentsList()))
            : Optional.empty());
  }

  private static VariantSpec fromMessage(Variant message) {
    return new VariantSpec(
        message.getName(),
        constant(Flavour.class, "FLAVOUR_", message.getFlavour(), "flavour"),
        constant(Precision.class, "PRECISION_", message.getPrecision(), "precision"),
        message.getProvidersList(),
        message.getStagesList().stream().map(Manifests::fromMessage).toList(),
        message.getSetting().isEmpty() ? Optional.empty() : Optional.of(message.getSetting()),
        message.hasSelfTest() ? Optional.of(fromMessage(message.getSelfTest())) : Optional.empty());
  }

  private static SelfTestSpec fromMessage(SelfTest message) {
    return new SelfTestSpec(
        fromMessage(message.getInput()),
        message.getLogitsList().stream().map(Manifests::fromMessage).toList(),
        message.getTolerance());
  }

  private static StageSpec fromMessage(Stage message) {
    return new StageSpec(
        message.getName(),
        fromMessage(message.getGraph()),
        message.getDataList().stream().map(Manifests::fromMessage).toList(),
        message.getGridRows(),
        message.getGridColumns(),
        message.getGflops(),
        message.getImageInput(),
        message.getLogitsOutput(),
        message.getHandoverList().stream()
            .map(
                h ->
                    new HandoverSpec(
                        h.getOutput(),
                        h.getInput(),
                        constant(DataType.class, "DATA_TYPE_", h.getDataType(), "data_type"),
                        h.getShapeList(),
                        h.getFromStage()))
            .toList(),
        message.getCostOutput().isEmpty() ? Optional.empty() : Optional.of(message.getCostOutput()),
        message.getDropping().isEmpty() ? Optional.empty() : Optional.of(message.getDropping()));
  }

  private static FileSpec fromMessage(File message) {
    return new FileSpec(message.getPath(), message.getSha256(), message.getBytes());
  }

  private static <E extends Enum<E>, M extends Enum<M> & ProtocolMessageEnum> E constant(
      Class<E> type, String prefix, M message, String field) {
    for (E candidate : type.getEnumConstants()) {
      if (message.name().equals(prefix + candidate.name())) {
        return candidate;
      }
    }
    throw new ContractException(field, message.name(), "a known value");
  }

  /** The message of a record. */
  public static Manifest toMessage(CascadeManifest manifest) {
    Preprocessing pre = manifest.preprocessing();
    Manifest.Builder message =
        Manifest.newBuilder()
            .setSchemaVersion(CascadeManifest.SCHEMA_VERSION)
            .setModel(manifest.model())
            .setArchitecture(manifest.architecture())
            .setClasses(manifest.classes())
            .setPreprocessing(
                ai.dvt.cascade.v1.Preprocessing.newBuilder()
                    .setHeight(pre.height())
                    .setWidth(pre.width())
                    .setResize(Resize.valueOf("RESIZE_" + pre.resize().name()))
                    .setResizeSide(pre.resizeSide())
                    .addAllMean(pre.mean())
                    .addAllStd(pre.std()));
    manifest.variants().forEach(variant -> message.addVariants(toMessage(variant)));
    manifest.labels().ifPresent(file -> message.setLabels(toMessage(file)));
    manifest.selfTest().ifPresent(test -> message.setSelfTest(toMessage(test)));
    manifest
        .provenance()
        .ifPresent(
            from ->
                message.setProvenance(
                    ai.dvt.cascade.v1.Provenance.newBuilder()
                        .setCheckpointFile(from.checkpointFile())
                        .setCheckpointSha256(from.checkpointSha256())
                        .setExporterVersion(from.exporterVersion())
                        .addAllArguments(from.arguments())));
    return message.build();
  }

  private static SelfTest toMessage(SelfTestSpec test) {
    return SelfTest.newBuilder()
        .setInput(toMessage(test.input()))
        .addAllLogits(test.logits().stream().map(Manifests::toMessage).toList())
        .setTolerance(test.tolerance())
        .build();
  }

  private static Variant toMessage(VariantSpec variant) {
    Variant.Builder message =
        Variant.newBuilder()
            .setName(variant.name())
            .setFlavour(ai.dvt.cascade.v1.Flavour.valueOf("FLAVOUR_" + variant.flavour().name()))
            .setPrecision(
                ai.dvt.cascade.v1.Precision.valueOf("PRECISION_" + variant.precision().name()))
            .addAllProviders(variant.providers())
            .addAllStages(variant.stages().stream().map(Manifests::toMessage).toList())
            .setSetting(variant.setting().orElse(""));
    variant.selfTest().ifPresent(test -> message.setSelfTest(toMessage(test)));
    return message.build();
  }

  private static Stage toMessage(StageSpec stage) {
    Stage.Builder message =
        Stage.newBuilder()
            .setName(stage.name())
            .setGraph(toMessage(stage.graph()))
            .addAllData(stage.data().stream().map(Manifests::toMessage).toList())
            .setGridRows(stage.gridRows())
            .setGridColumns(stage.gridColumns())
            .setGflops(stage.gflops())
            .setImageInput(stage.imageInput())
            .setLogitsOutput(stage.logitsOutput())
            .setCostOutput(stage.costOutput().orElse(""))
            .setDropping(stage.dropping().orElse(""));
    for (HandoverSpec handover : stage.handover()) {
      message.addHandover(
          Handover.newBuilder()
              .setOutput(handover.output())
              .setInput(handover.input())
              .setDataType(
                  ai.dvt.cascade.v1.DataType.valueOf("DATA_TYPE_" + handover.dataType().name()))
              .addAllShape(handover.shape())
              .setFromStage(handover.fromStage()));
    }
    return message.build();
  }

  private static File toMessage(FileSpec file) {
    return File.newBuilder()
        .setPath(file.path())
        .setSha256(file.sha256())
        .setBytes(file.bytes())
        .build();
  }

  /** The record of a message; see {@link #calibrationFromJson}. */
  public static Calibration fromMessage(ai.dvt.cascade.v1.Calibration message) {
    checkSchema(message.getSchemaVersion());
    return new Calibration(
        message.getData(),
        message.getPointsList().stream()
            .map(
                p ->
                    new OperatingPoint(
                        p.getName(),
                        p.getVariant().isEmpty() ? Optional.empty() : Optional.of(p.getVariant()),
                        Policies.fromMessage(p.getThresholds()),
                        p.hasExpectedAccuracy()
                            ? OptionalDouble.of(p.getExpectedAccuracy())
                            : OptionalDouble.empty(),
                        p.hasExpectedGflops()
                            ? OptionalDouble.of(p.getExpectedGflops())
                            : OptionalDouble.empty(),
                        p.getExitSharesList(),
                        p.hasExpectedAgreement()
                            ? OptionalDouble.of(p.getExpectedAgreement())
                            : OptionalDouble.empty()))
            .toList(),
        message.getDefaultPoint().isEmpty()
            ? Optional.empty()
            : Optional.of(message.getDefaultPoint()));
  }

  /** The message of a record. */
  public static ai.dvt.cascade.v1.Calibration toMessage(Calibration calibration) {
    var message =
        ai.dvt.cascade.v1.Calibration.newBuilder()
            .setSchemaVersion(CascadeManifest.SCHEMA_VERSION)
            .setData(calibration.data())
            .setDefaultPoint(calibration.defaultPoint().orElse(""));
    for (OperatingPoint point : calibration.points()) {
      var p =
          ai.dvt.cascade.v1.OperatingPoint.newBuilder()
              .setName(point.name())
              .setVariant(point.variant().orElse(""))
              .setThresholds(Policies.toMessage(point.thresholds()))
              .addAllExitShares(point.exitShares());
      point.expectedAccuracy().ifPresent(p::setExpectedAccuracy);
      point.expectedGflops().ifPresent(p::setExpectedGflops);
      point.expectedAgreement().ifPresent(p::setExpectedAgreement);
      message.addPoints(p);
    }
    return message.build();
  }
}
