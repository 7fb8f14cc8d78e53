package ai.dvt.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A fresh key and its certificate, made by the JDK's keytool, as PEM files. */
record TestIdentity(Path certificate, Path key) {
  private static final String ALIAS = "it";
  private static final String NAMES = "san=dns:localhost,ip:127.0.0.1";
  private static final char[] PASSWORD = "of the test".toCharArray();

  /**
   * Makes one for localhost and 127.0.0.1 that signed itself and may sign others.
   *
   * @param name of the files
   */
  static TestIdentity make(Path folder, String name) throws Exception {
    generate(folder, name);
    TestIdentity identity = in(folder, name);
    KeyStore keys = load(folder, name);
    pem(identity.certificate, "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
    pem(identity.key, "PRIVATE KEY", keys.getKey(ALIAS, PASSWORD).getEncoded());
    return identity;
  }

  /** Makes one that another one signed and that expired the day before yesterday. */
  static TestIdentity makeExpired(Path folder, String name, String authority) throws Exception {
    generate(folder, name);
    TestIdentity identity = in(folder, name);
    keytool(folder, name, "-certreq", "-file", folder.resolve(name + ".csr").toString());
    keytool(
        folder,
        authority,
        "-gencert",
        "-rfc",
        "-startdate",
        "-4d",
        "-validity",
        "2",
        "-ext",
        NAMES,
        "-infile",
        folder.resolve(name + ".csr").toString(),
        "-outfile",
        identity.certificate.toString());
    KeyStore keys = load(folder, name);
    pem(identity.key, "PRIVATE KEY", keys.getKey(ALIAS, PASSWORD).getEncoded());
    return identity;
  }

  private static TestIdentity in(Path folder, String name) {
    return new TestIdentity(folder.resolve(name + ".crt"), folder.resolve(name + ".key"));
  }

  private static void generate(Path folder, String name) throws Exception {
    keytool(
        folder,
        name,
        "-genkeypair",
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + name,
        "-ext",
        NAMES,
        "-ext",
        "bc:c",
        "-startdate",
        "-1d",
        "-validity",
        "2",
        "-storetype",
        "PKCS12");
  }

  private static void keytool(Path folder, String store, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-alias",
            ALIAS,
            "-storepass",
            new String(PASSWORD),
            "-keystore",
            folder.resolve(store + ".p12").toString()));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException(said);
    }
  }

  private static KeyStore load(Path folder, String name)
      throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream file = Files.newInputStream(folder.resolve(name + ".p12"))) {
      keys.load(file, PASSWORD);
    }
    return keys;
  }

  private static void pem(Path file, String kind, byte[] bytes) throws IOException {
    Files.writeString(
        file,
        "-----BEGIN %s-----\n%s\n-----END %1$s-----\n"
            .formatted(kind, Base64.getMimeEncoder().encodeToString(bytes)));
  }
}
