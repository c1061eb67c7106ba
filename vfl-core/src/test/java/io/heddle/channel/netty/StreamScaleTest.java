// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static io.heddle.channel.netty.StreamParty.RECEIVER;
import static io.heddle.channel.netty.StreamParty.SENDER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stream of ciphertexts from one process to another takes memory by the window, not by its
 * length. Property {@code heddle.test.scale}: {@code all} for a million.
 */
class StreamScaleTest {
  private static final boolean ALL = "all".equals(System.getProperty("heddle.test.scale"));
  private static final long MEBIBYTE = 1 << 20;

  /** The window of 64 MiB, and all else that lives in such a process. */
  private static final long MOST_BYTES = (64 + 20) * MEBIBYTE;

  private final Path folder;

  StreamScaleTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void writeIdentities() throws Exception {
    for (String name : List.of(SENDER, RECEIVER)) {
      StreamParty.write(TestIdentity.generate(), folder, name);
    }
  }

  /**
   * What a stream took.
   *
   * @param sender the most bytes in its heap after a collection
   * @param receiver the same of the other one
   */
  private record Peaks(long sender, long receiver) {
    long most() {
      return Math.max(sender, receiver);
    }
  }

  private Process start(String name, String peer, int port, int peerPort, int rows, String heap)
      throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heap,
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            StreamParty.class.getName(),
            name,
            peer,
            folder.toString(),
            Integer.toString(port),
            Integer.toString(peerPort),
            Integer.toString(rows))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(name + ".log").toFile())
        .start();
  }

  private Peaks stream(int rows, String heap) throws Exception {
    int port = NettyNetwork.freePort();
    int peerPort = NettyNetwork.freePort();
    long from = System.nanoTime();
    Process receiver = start(RECEIVER, SENDER, peerPort, port, rows, heap);
    Process sender = start(SENDER, RECEIVER, port, peerPort, rows, heap);
    String[] sent;
    String[] received;
    try {
      sent = lastLine(SENDER, sender);
      received = lastLine(RECEIVER, receiver);
    } finally {
      sender.destroyForcibly();
      receiver.destroyForcibly();
    }
    Peaks peaks = new Peaks(Long.parseLong(sent[2]), Long.parseLong(received[2]));
    System.out.printf(
        "stream of %d ciphertexts, %d MiB, -Xmx%s: %.0f s, at most %d and %d MiB after a"
            + " collection%n",
        rows,
        (long) rows * StreamParty.CIPHERTEXT_BYTES / MEBIBYTE,
        heap,
        (System.nanoTime() - from) / 1e9,
        peaks.sender() / MEBIBYTE,
        peaks.receiver() / MEBIBYTE);
    assertThat(received[0]).isEqualTo(Integer.toString(rows));
    assertThat(received[1]).isEqualTo(sent[1]).hasSize(64);
    return peaks;
  }

  private String[] lastLine(String name, Process process) throws Exception {
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).as(name + " ends").isTrue();
    String output = Files.readString(folder.resolve(name + ".log"), UTF_8);
    assertThat(process.exitValue()).as(output).isZero();
    String[] words = output.lines().toList().get((int) output.lines().count() - 1).split(" ", -1);
    assertThat(words).as(output).hasSize(3);
    return words;
  }

  @Test
  void stream_ofMoreThanTheHeap_arrives() throws Exception {
    assertThat(stream(300_000, "128m").most()).isLessThan(MOST_BYTES);
  }

  @Test
  void stream_ofAMillion_takesNoMoreThanOneOfATenth() throws Exception {
    assumeThat(ALL).as("heddle.test.scale is all").isTrue();
    Peaks tenth = stream(100_000, "512m");
    Peaks whole = stream(1_000_000, "512m");

    // The tenth, 49 MiB, may not fill the window.
    assertThat(whole.most()).isLessThan(MOST_BYTES).isLessThan(tenth.most() + 40 * MEBIBYTE);
    // The window has room besides all else.
    assertThat(stream(1_000_000, "128m").most()).isLessThan(MOST_BYTES);
  }
}
