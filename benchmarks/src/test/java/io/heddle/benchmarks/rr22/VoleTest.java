// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.crypto.Sha256;
import io.heddle.ot.OtMessages;
import io.heddle.ot.OtUse;
import io.heddle.party.PartyId;
import io.heddle.session.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VoleTest {
  private static final PartyId RECEIVER = new PartyId("receiver");
  private static final PartyId SENDER = new PartyId("sender");

  private static byte[] bytes(int seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static Vole vole(Session session, PartyId peer, int size) {
    OtUse[] uses = new OtUse[2];
    for (int i = 0; i < uses.length; i++) {
      uses[i] = new OtUse(session.bindingSalt("vole " + i), 1, Sha256.of(new byte[0]));
    }
    return new Vole(
        session.beginStep("vole", new TreeMap<>()),
        peer,
        session::privateRandomness,
        uses,
        bytes(1, 48),
        7,
        size,
        new Laps());
  }

  /** Sizes that fill trees, and that leave them ragged. */
  @ParameterizedTest
  @ValueSource(ints = {1 << 12, 5_000, 12_772, 80_740})
  void run_everyElement_isProductAndSum(int size) {
    byte[] delta = bytes(2, 16);
    List<MessageType<?>> types = new ArrayList<>(OtMessages.TYPES);
    types.add(Piece.TYPE);

    List<long[][]> ends =
        Parties.run(
            types,
            RECEIVER,
            session -> {
              Vole.Pair pair = vole(session, SENDER, size).receive(bytes(3, 16), () -> {});
              return new long[][] {pair.a(), pair.c()};
            },
            SENDER,
            session -> new long[][] {vole(session, RECEIVER, size).send(delta, bytes(4, 16))});

    long[] a = ends.get(0)[0];
    long[] sum = Arrays.copyOf(ends.get(1)[0], 2 * size);
    new FixedFactor(Words.get(delta, 8), Words.get(delta, 0)).addProducts(a, 0, sum, 0, size);
    assertThat(Arrays.copyOf(ends.get(0)[1], 2 * size)).isEqualTo(sum);
    assertThat(Arrays.stream(a).limit(2L * size).distinct().count()).isEqualTo(2L * size);
    assertThat(Arrays.stream(sum).distinct().count()).isEqualTo(2L * size);
  }
}
