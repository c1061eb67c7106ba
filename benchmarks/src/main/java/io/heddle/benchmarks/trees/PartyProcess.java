// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import io.heddle.channel.Exchange;
import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.channel.netty.TestIdentity;
import io.heddle.party.PartyId;
import io.heddle.train.trees.TreeMessages;
import io.heddle.train.trees.TreesScoringMessages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The process of one party. It and whoever starts it share a folder: identities of both, settings,
 * and in the end what it measured.
 */
final class PartyProcess {
  private static final String SETTINGS = "settings";

  private PartyProcess() {}

  /** Arguments: label-holder or feature-holder, its port, the peer's, the folder. */
  public static void main(String[] arguments) throws Exception {
    boolean holdsLabels = arguments[0].equals(TreesParty.LABEL_HOLDER.name());
    PartyId self = holdsLabels ? TreesParty.LABEL_HOLDER : TreesParty.FEATURE_HOLDER;
    PartyId peer = holdsLabels ? TreesParty.FEATURE_HOLDER : TreesParty.LABEL_HOLDER;
    Path folder = Path.of(arguments[3]);
    Settings settings = (Settings) read(folder.resolve(SETTINGS));
    PartyFigures figures =
        new TreesParty(settings, holdsLabels)
            .run(
                () ->
                    exchange(
                        self,
                        Integer.parseInt(arguments[1]),
                        peer,
                        Integer.parseInt(arguments[2]),
                        folder));
    write(folder.resolve(self.name()), figures);
    // Whatever threads of the network are left.
    System.exit(0);
  }

  /** Makes what the processes find in the folder. */
  static void prepare(Path folder, Settings settings) throws IOException, GeneralSecurityException {
    write(folder.resolve(SETTINGS), settings);
    for (PartyId party : List.of(TreesParty.LABEL_HOLDER, TreesParty.FEATURE_HOLDER)) {
      TestIdentity identity = TestIdentity.generate();
      Files.write(folder.resolve(party.name() + ".key"), identity.key().getEncoded());
      Files.write(folder.resolve(party.name() + ".cert"), identity.certificate().getEncoded());
    }
  }

  /**
   * Starts a party with the options of this JVM, and those of the settings.
   *
   * @param core which one is its own; -1 for all
   */
  static Process start(
      Path folder, Settings settings, PartyId party, int port, int peerPort, int core)
      throws IOException {
    List<String> command = new ArrayList<>();
    if (core >= 0) {
      command.addAll(List.of("taskset", "-c", Integer.toString(core)));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-modules=jdk.incubator.vector");
    if (!settings.text("xmx").isEmpty()) {
      command.add("-Xmx" + settings.text("xmx"));
    }
    command.addAll(settings.javaOptions(party.name()));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            PartyProcess.class.getName(),
            party.name(),
            Integer.toString(port),
            Integer.toString(peerPort),
            folder.toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(party.name() + ".log").toFile())
        .start();
  }

  /**
   * What a party that has ended measured.
   *
   * @throws IllegalStateException if it failed; tells its last words
   */
  static PartyFigures figures(Path folder, PartyId party, Process process)
      throws IOException, ClassNotFoundException {
    if (process.exitValue() != 0) {
      try (Stream<String> log = Files.lines(folder.resolve(party.name() + ".log"))) {
        throw new IllegalStateException(
            "The "
                + party
                + " ended with code "
                + process.exitValue()
                + ": "
                + log.filter(line -> line.contains("Exception") || line.contains("Error"))
                    .findFirst()
                    .orElse("it said nothing"));
      }
    }
    return (PartyFigures) read(folder.resolve(party.name()));
  }

  private static void write(Path file, Object object) throws IOException {
    try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(file))) {
      out.writeObject(object);
    }
  }

  private static Object read(Path file) throws IOException, ClassNotFoundException {
    try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(file))) {
      return in.readObject();
    }
  }

  private static Exchange exchange(
      PartyId self, int port, PartyId peer, int peerPort, Path folder) {
    TestIdentity own = identity(folder, self);
    return NettyExchange.builder(
            self,
            Parties.codec(
                Stream.of(TreeMessages.TYPES, TreesScoringMessages.TYPES, TestMessage.TYPES)
                    .<MessageType<?>>flatMap(List::stream)
                    .toList()))
        .identity(own.key(), List.of(own.certificate()))
        .listen(NettyNetwork.HOST, port)
        .peer(peer, NettyNetwork.HOST, peerPort, identity(folder, peer).fingerprint())
        .open();
  }

  private static TestIdentity identity(Path folder, PartyId party) {
    try {
      byte[] key = Files.readAllBytes(folder.resolve(party.name() + ".key"));
      byte[] certificate = Files.readAllBytes(folder.resolve(party.name() + ".cert"));
      return new TestIdentity(
          KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(certificate)));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("No identity of " + party, e);
    }
  }
}
