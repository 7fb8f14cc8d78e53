package ai.dvt.architecture.planted.exporter.architecture;

class SpellsKeyNames {
  String prefix() {
    return "less_less_token.blocks";
  }
}
