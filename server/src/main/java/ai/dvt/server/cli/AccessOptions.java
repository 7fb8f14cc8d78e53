package ai.dvt.server.cli;

import ai.dvt.server.config.AccessSettings;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Who may call. */
final class AccessOptions {
  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "The server's certificate chain, PEM (default: no TLS).")
  private Path certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key, PKCS #8 PEM.")
  private Path key;

  @Option(
      names = "--tls-client-ca",
      paramLabel = "FILE",
      description = "Clients must show a certificate that one of these signed (default: none).")
  private Path clientAuthority;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Lines 'TOKEN infer' or 'TOKEN admin'; callers must send one as 'authorization: Bearer"
              + " TOKEN' (default: none).")
  private Path tokens;

  AccessSettings settings() {
    return new AccessSettings(
        Optional.ofNullable(certificate),
        Optional.ofNullable(key),
        Optional.ofNullable(clientAuthority),
        Optional.ofNullable(tokens));
  }
}
