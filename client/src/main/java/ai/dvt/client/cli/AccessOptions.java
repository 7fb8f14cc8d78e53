package ai.dvt.client.cli;

import ai.dvt.client.CascadeClientBuilder;
import ai.dvt.client.load.rounds.Connector;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a running server asks of its callers. */
final class AccessOptions {
  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "TLS with a server that one of these certificates (PEM) signed.")
  private Path authority;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "The first word of this file goes with every call as a token.")
  private Path tokenFile;

  /**
   * A server that the command itself starts asks for nothing.
   *
   * @param instead what would have to be given too
   */
  void checkNotGiven(String instead) {
    if (authority != null || tokenFile != null) {
      throw new IllegalArgumentException(
          "--tls-ca, --token-file: without a server (expected: given with " + instead + ")");
    }
  }

  void configure(CascadeClientBuilder builder) {
    try {
      if (authority != null) {
        builder.tls(checked(authority));
      }
      token().ifPresent(builder::token);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** The same for a load generator. */
  Connector connector() {
    try {
      ChannelCredentials credentials =
          authority == null
              ? InsecureChannelCredentials.create()
              : TlsChannelCredentials.newBuilder()
                  .trustManager(checked(authority).toFile())
                  .build();
      return new Connector(credentials, token());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** The transport would say less, and later. */
  private static Path checked(Path certificates) throws IOException {
    try (InputStream in = Files.newInputStream(certificates)) {
      if (CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
        throw new IOException(certificates + ", no certificate");
      }
    } catch (CertificateException e) {
      throw new IOException(certificates + ", " + e.getMessage(), e);
    }
    return certificates;
  }

  private Optional<String> token() throws IOException {
    if (tokenFile == null) {
      return Optional.empty();
    }
    String[] words = Files.readString(tokenFile).strip().split("\\s+");
    if (words[0].isEmpty()) {
      throw new IOException(tokenFile + ", empty");
    }
    return Optional.of(words[0]);
  }

  private static IllegalArgumentException unreadable(IOException cause) {
    return new IllegalArgumentException(
        "--tls-ca, --token-file: " + cause.getMessage() + " (expected: readable files)");
  }
}
