// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.management.ThreadMXBean;
import io.heddle.error.ProtocolException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every type of a list against mutants of its messages and what Jazzer finds: a body is refused by
 * a {@link ProtocolException}, or is what the message it gives encodes to, byte by byte; whatever
 * its numbers say, memory goes by its size. Mutants for each type: {@code heddle.test.mutants}.
 */
@Execution(ExecutionMode.SAME_THREAD)
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // the seeds are those of the subclass
public abstract class MessageFuzz {
  private static final int FEW = 2000;
  private static final Integer ASKED = Integer.getInteger("heddle.test.mutants");
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** The types to try. */
  protected abstract List<MessageType<?>> types();

  /** At least one message of each. */
  protected abstract List<? extends Message> samples();

  /** Whether whoever receives the message refuses it, though it can be read. */
  protected boolean isRefusedByItsReader(Message message) {
    return false;
  }

  @TestFactory
  Stream<DynamicTest> decode_mutants_refusedOrExactlyTheirMessage() {
    MessageCodec codec = new MessageCodec(types());
    List<byte[]> all = samples().stream().map(codec::encode).toList();
    return codec.types().stream()
        .map(type -> DynamicTest.dynamicTest(name(type), () -> fuzz(codec, type, all)));
  }

  /** The id of a type and a body of it, for each sample. */
  final Stream<byte[]> seeds() {
    MessageCodec codec = new MessageCodec(types());
    return samples().stream()
        .map(
            sample -> {
              byte[] body = codec.encode(sample);
              return ByteBuffer.allocate(1 + body.length)
                  .put((byte) codec.type(sample.getClass()).id())
                  .put(body)
                  .array();
            });
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "1m")
  void decode_anyBytes_refusedOrExactlyTheirMessage(byte[] input) {
    int typeId = input.length == 0 ? 0 : input[0] & 0xff;
    byte[] body = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
    MessageCodec codec = new MessageCodec(types());
    // Jazzer changes a class when it is loaded, at its first use, and takes memory for that.
    attempt(codec, typeId, body, new Tally());
    Tally tally = new Tally();
    attempt(codec, typeId, body, tally);
    requireBounded(tally);
  }

  private static String name(MessageType<?> type) {
    return type.id() + " " + type.type().getSimpleName();
  }

  private void fuzz(MessageCodec codec, MessageType<?> type, List<byte[]> all) {
    List<byte[]> seeds =
        samples().stream().filter(type.type()::isInstance).map(codec::encode).toList();
    assertThat(seeds).as("samples of %s", name(type)).isNotEmpty();
    for (byte[] seed : seeds) {
      assertThat(codec.encode(codec.decode(type.id(), seed))).isEqualTo(seed);
    }
    Tally tally = new Tally();
    int mutants = Objects.requireNonNullElse(ASKED, FEW);
    for (int i = 0; i < mutants; i++) {
      long seed = ((long) type.id() << 32) + i;
      byte[] body = new Mutator(seed).mutant(seeds, all);
      try {
        attempt(codec, type.id(), body, tally);
        requireBounded(tally);
      } catch (Throwable e) {
        fail("Mutant with seed %d of %s: %s".formatted(seed, name(type), hex(body)), e);
      }
    }
    if (ASKED != null) {
      System.out.printf(
          "%s: %d mutants, %d refused, %d valid, at most %d bytes more than 64 for each of a body%n",
          name(type), mutants, tally.refused, tally.valid, Math.max(0, tally.excess));
    }
  }

  /** How it went. */
  private static final class Tally {
    int refused;
    int valid;
    long excess = Long.MIN_VALUE;
  }

  private void attempt(MessageCodec codec, int typeId, byte[] body, Tally tally) {
    byte[] kept = body.clone();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      Message message = decode(codec, typeId, body, before, tally);
      assertThat(body).as("the body is only read").isEqualTo(kept);
      if (isRefusedByItsReader(message)) {
        tally.refused++;
        return;
      }
      assertThat(codec.encode(message)).isEqualTo(kept);
      tally.valid++;
    } catch (ProtocolException e) {
      tally.refused++;
    }
  }

  private static Message decode(
      MessageCodec codec, int typeId, byte[] body, long before, Tally tally) {
    try {
      return codec.decode(typeId, body);
    } finally {
      long excess = THREADS.getCurrentThreadAllocatedBytes() - before - 64L * body.length;
      tally.excess = Math.max(tally.excess, excess);
    }
  }

  private static void requireBounded(Tally tally) {
    if (tally.excess > 1 << 20) {
      fail("%d bytes allocated beyond 64 for each byte of the body", tally.excess);
    }
  }

  private static String hex(byte[] body) {
    return body.length <= 4096 ? HexFormat.of().formatHex(body) : body.length + " bytes";
  }
}
