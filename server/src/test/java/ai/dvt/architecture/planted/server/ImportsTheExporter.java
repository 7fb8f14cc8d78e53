package ai.dvt.architecture.planted.server;

import ai.dvt.architecture.planted.exporter.nn.ReadsFiles;

class ImportsTheExporter {
  ReadsFiles block;
}
