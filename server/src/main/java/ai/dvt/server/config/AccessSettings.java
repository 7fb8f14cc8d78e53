package ai.dvt.server.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Who may call. All files are read again when they change.
 *
 * @param certificate the server's certificate chain, PEM; empty: no TLS
 * @param key its private key, PKCS #8 PEM
 * @param clientAuthority certificates that sign those of clients, PEM; empty: clients need none
 * @param tokens lines of a token and its right; empty: callers need none
 */
public record AccessSettings(
    Optional<Path> certificate,
    Optional<Path> key,
    Optional<Path> clientAuthority,
    Optional<Path> tokens) {
  /** Whoever reaches the port may call. */
  public static final AccessSettings OPEN =
      new AccessSettings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  public AccessSettings {
    ConfigException.require(
        certificate.isPresent() || key.isEmpty(), "tls-cert", "missing", "given with --tls-key");
    ConfigException.require(
        key.isPresent() || certificate.isEmpty(), "tls-key", "missing", "given with --tls-cert");
    ConfigException.require(
        certificate.isPresent() || clientAuthority.isEmpty(),
        "tls-client-ca",
        "without TLS",
        "given with --tls-cert and --tls-key");
  }
}
