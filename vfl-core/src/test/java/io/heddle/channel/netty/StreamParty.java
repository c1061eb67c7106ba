// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.Channel;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.TestMessage.Blob;
import io.heddle.channel.TestMessage.Text;
import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionTerms;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * For tests: a process that sends a stream of ciphertexts, or takes it and keeps nothing.
 * Arguments: its name, the peer's, the folder of both identities, its port, the peer's, how many
 * ciphertexts. The last line on standard output is their number, their digest in hex, and the most
 * bytes that the heap held after a collection.
 */
final class StreamParty {
  static final String SENDER = "sender";
  static final String RECEIVER = "receiver";
  static final int CHUNK = 256;
  static final int CIPHERTEXT_BYTES = 512;

  private static final int COLLECTIONS = 24;

  private final MessageDigest digest = Sha256.newDigest();
  private final int rows;
  private long taken;
  private long peak;

  private StreamParty(int rows) {
    this.rows = rows;
  }

  static void write(TestIdentity identity, Path folder, String name)
      throws IOException, GeneralSecurityException {
    Files.write(folder.resolve(name + ".key"), identity.key().getEncoded());
    Files.write(folder.resolve(name + ".cert"), identity.certificate().getEncoded());
  }

  private static TestIdentity read(Path folder, String name)
      throws IOException, GeneralSecurityException {
    return new TestIdentity(
        KeyFactory.getInstance("EC")
            .generatePrivate(
                new PKCS8EncodedKeySpec(Files.readAllBytes(folder.resolve(name + ".key")))),
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(Files.readAllBytes(folder.resolve(name + ".cert")))));
  }

  public static void main(String[] arguments) throws Exception {
    PartyId self = new PartyId(arguments[0]);
    PartyId peer = new PartyId(arguments[1]);
    Path folder = Path.of(arguments[2]);
    TestIdentity identity = read(folder, self.name());
    StreamParty party = new StreamParty(Integer.parseInt(arguments[5]));
    SessionTerms terms =
        SessionTerms.of("stream", Map.of(self, "party", peer, "party"), new TreeMap<>());
    try (NettyExchange exchange =
            NettyExchange.builder(self, Parties.codec(TestMessage.TYPES))
                .identity(identity.key(), List.of(identity.certificate()))
                .listen(NettyNetwork.HOST, Integer.parseInt(arguments[3]))
                .peer(
                    peer,
                    NettyNetwork.HOST,
                    Integer.parseInt(arguments[4]),
                    read(folder, peer.name()).fingerprint())
                .open();
        Session session = Session.open(exchange, terms, Progress.NONE)) {
      Channel step = session.beginStep("stream", new TreeMap<>());
      if (self.name().equals(SENDER)) {
        party.send(step, peer);
      } else {
        party.receive(step, peer);
      }
      session.finish();
    }
    System.out.println(party.taken + " " + party.digested() + " " + party.peak);
  }

  private void send(Channel step, PartyId to) {
    while (taken < rows) {
      byte[] chunk = new byte[(int) Math.min(CHUNK, rows - taken) * CIPHERTEXT_BYTES];
      new SplittableRandom(taken).nextBytes(chunk);
      take(chunk);
      step.send(to, new Blob(chunk));
    }
    step.send(to, new Text(digested()));
  }

  private void receive(Channel step, PartyId from) {
    while (taken < rows) {
      take(step.receive(from, Blob.class).bytes());
    }
    String theirs = step.receive(from, Text.class).text();
    if (!theirs.equals(digested())) {
      throw new AssertionError("Other bytes came than were sent");
    }
  }

  private void take(byte[] chunk) {
    digest.update(chunk);
    long before = taken;
    taken += chunk.length / CIPHERTEXT_BYTES;
    if (before * COLLECTIONS / rows != taken * COLLECTIONS / rows) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      peak = Math.max(peak, runtime.totalMemory() - runtime.freeMemory());
    }
  }

  private String digested() {
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("SHA-256 can be cloned", e);
    }
  }
}
