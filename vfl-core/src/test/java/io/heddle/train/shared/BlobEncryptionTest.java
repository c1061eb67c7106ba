// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Blobs;
import io.heddle.channel.StoresInMemory;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import io.heddle.train.shared.BlobEncryption.Named;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tasks encrypt, with an encryption that shows what it gets. */
class BlobEncryptionTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final List<PartyId> SHOPS = List.of(new PartyId("one"), new PartyId("two"));
  private static final byte[] SECRET = filled(32, 7);

  private final Blobs blobs = new Blobs(BANK, "ef".repeat(32));
  private final StoresInMemory stores = new StoresInMemory(BANK);

  @BeforeEach
  void bind() {
    blobs.bind(stores);
  }

  @AfterEach
  void unbind() {
    blobs.unbind();
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void encrypt_eachBlob_getsItsNumbersAndBringsTheBodyToAll() {
    byte[] key = filled(5, 3);
    List<byte[]> numbers = List.of(filled(6, 1), filled(2, 2));
    BlobEncryption what = BlobEncryption.prepare(blobs, key, SECRET, 2, numbers::get, SHOPS);
    assertThat(key).containsOnly(0);
    assertThat(numbers).allSatisfy(each -> assertThat(each).containsOnly(0));
    assertThat(SECRET).containsOnly(7);
    byte[] parsed = what.key(byte[]::clone);
    assertThat(parsed).isEqualTo(filled(5, 3));

    List<byte[]> seen = new ArrayList<>();
    List<Named> made = new ArrayList<>();
    for (int number = 1; number >= 0; number--) {
      int count = number == 0 ? 3 : 1;
      made.add(
          what.encrypt(
              number,
              count,
              2,
              (secret, own) -> {
                seen.add(secret);
                seen.add(own);
                assertThat(secret).isEqualTo(SECRET);
                return own.clone();
              }));
    }
    assertThat(seen).hasSize(4).allSatisfy(each -> assertThat(each).containsOnly(0));
    byte[][] digests = what.digests(List.of(made.subList(0, 1), List.of(), made.subList(1, 2)));
    for (PartyId shop : SHOPS) {
      assertThat(stores.body(shop, digests[0])).isEqualTo(filled(6, 1));
      assertThat(stores.body(shop, digests[1])).isEqualTo(filled(2, 2));
    }
    assertThat(what.ownBlobs())
        .hasSize(3)
        .allSatisfy(name -> assertThat(stores.body(BANK, name)).isNotEmpty());
  }

  /** Two numbers of at least a byte and one length are to be there, behind the secret. */
  @ParameterizedTest
  @ValueSource(ints = {0, 31, 32, 33, 35})
  void encrypt_otherBytesInTheOwnStore_isRefused(int length) {
    byte[] slice = blobs.put(BANK, new byte[length]);
    BlobEncryption what = new BlobEncryption(blobs, new byte[32], new byte[][] {slice}, SHOPS);
    assertThatThrownBy(
            () ->
                what.encrypt(
                    0,
                    2,
                    4,
                    (secret, numbers) -> {
                      throw new AssertionError("Not numbers");
                    }))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(length + " bytes for a secret and 2 numbers of at most 4");
  }
}
