package ai.dvt.server.grpc.access;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.grpc.util.CertificateUtils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** TLS of the server, with files that may change while it runs. */
final class ServerTls {
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private ServerTls() {}

  /**
   * @param clientAuthority present: clients must show a certificate that it signed
   * @param watched gets the files to look at
   */
  static SslContext open(
      Path certificate, Path key, Optional<Path> clientAuthority, List<WatchedFiles> watched)
      throws AccessException {
    AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
    watched.add(
        WatchedFiles.read(
            List.of(certificate, key), () -> readIdentity(certificate, key, identity)));
    SslContextBuilder builder = GrpcSslContexts.configure(SslContextBuilder.forServer(identity));
    try {
      if (clientAuthority.isPresent()) {
        Path file = clientAuthority.get();
        AdvancedTlsX509TrustManager trust =
            AdvancedTlsX509TrustManager.newBuilder()
                .setVerification(Verification.CERTIFICATE_ONLY_VERIFICATION)
                .build();
        watched.add(WatchedFiles.read(List.of(file), () -> readAuthority(file, trust)));
        builder.trustManager(trust).clientAuth(ClientAuth.REQUIRE);
      }
      return builder.build();
    } catch (IOException | GeneralSecurityException e) {
      throw new AccessException("TLS", e.getMessage(), "what this Java can use", e);
    }
  }

  private static void readIdentity(Path certificate, Path key, AdvancedTlsX509KeyManager identity)
      throws AccessException {
    X509Certificate[] chain = certificates("tls-cert", certificate);
    PrivateKey secret;
    try (InputStream file = Files.newInputStream(key)) {
      secret = CertificateUtils.getPrivateKey(file);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new AccessException(
          "tls-key",
          key + ", " + e.getMessage(),
          "a readable PKCS #8 key in PEM, not encrypted",
          e);
    }
    if (!belong(chain[0], secret)) {
      throw new AccessException(
          "tls-key", key, "the key of the first certificate in " + certificate);
    }
    identity.updateIdentityCredentials(chain, secret);
  }

  private static void readAuthority(Path file, AdvancedTlsX509TrustManager trust)
      throws AccessException {
    try {
      trust.updateTrustCredentials(certificates("tls-client-ca", file));
    } catch (IOException | GeneralSecurityException e) {
      throw new AccessException("tls-client-ca", file + ", " + e.getMessage(), "certificates", e);
    }
  }

  private static X509Certificate[] certificates(String option, Path path) throws AccessException {
    try (InputStream file = Files.newInputStream(path)) {
      X509Certificate[] found = CertificateUtils.getX509Certificates(file);
      if (found.length > 0) {
        return found;
      }
      throw new AccessException(option, path + ", nothing in it", "certificates in PEM");
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new AccessException(
          option, path + ", " + e.getMessage(), "readable certificates in PEM", e);
    }
  }

  /** Whether a signature by the one verifies with the other: files may be replaced one by one. */
  private static boolean belong(X509Certificate certificate, PrivateKey key) {
    try {
      byte[] text = "dvt".getBytes(StandardCharsets.US_ASCII);
      Signature signing = Signature.getInstance(SIGNATURES.get(key.getAlgorithm()));
      signing.initSign(key);
      signing.update(text);
      byte[] signature = signing.sign();
      signing.initVerify(certificate.getPublicKey());
      signing.update(text);
      return signing.verify(signature);
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }
}
