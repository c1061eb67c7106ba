// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.keyfile;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.Sha256;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With a quick derivation in place of the slow one, so that every byte can be tried. */
class SealedKeyTest {
  private static final KeyScheme SCHEME = new KeyScheme(1, 2, 2048);
  private static final byte[] SECRET = "the numbers of a key, of any length".getBytes(US_ASCII);
  private static final SealedKey.Derivation QUICK = quick("correct horse");

  private static SealedKey.Derivation quick(String password) {
    return (salt, iterations) ->
        Sha256.of(
            password.getBytes(US_ASCII), salt, ByteBuffer.allocate(4).putInt(iterations).array());
  }

  private static byte[] sealed() {
    return SealedKey.seal(SCHEME, SECRET, QUICK, new SecureRandom());
  }

  @Test
  void open_sealedKey_givesItBack() throws Exception {
    byte[] sealed = sealed();
    SealedKey.Opened opened = SealedKey.open(sealed, QUICK);
    assertThat(opened.scheme()).isEqualTo(SCHEME);
    assertThat(opened.secret()).isEqualTo(SECRET);
    assertThat(opened).hasToString("Opened[secret]");
    assertThat(sealed).hasSize(46 + SECRET.length + 16);
    assertThat(new String(sealed, US_ASCII)).startsWith("HEDDLEPK").doesNotContain("numbers");
  }

  @Test
  void seal_layout_isAesGcmOverTheStatedHeader() throws Exception {
    byte[] sealed = sealed();
    ByteBuffer header = ByteBuffer.wrap(sealed, 8, 38);
    assertThat(header.get()).isEqualTo((byte) 1);
    assertThat(header.get()).isEqualTo((byte) 1);
    assertThat(header.get()).isEqualTo((byte) 2);
    assertThat(header.getShort()).isEqualTo((short) 2048);
    assertThat(header.get()).isEqualTo((byte) 1);
    assertThat(header.getInt()).isEqualTo(210_000);
    byte[] salt = new byte[16];
    byte[] nonce = new byte[12];
    header.get(salt).get(nonce);
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(QUICK.derive(salt, 210_000), "AES"),
        new GCMParameterSpec(128, nonce));
    cipher.updateAAD(sealed, 0, 46);
    assertThat(cipher.doFinal(sealed, 46, sealed.length - 46)).isEqualTo(SECRET);
  }

  @Test
  void seal_twice_sharesNeitherSaltNorNonce() {
    byte[] one = sealed();
    byte[] two = sealed();
    assertThat(Arrays.copyOfRange(one, 18, 34)).isNotEqualTo(Arrays.copyOfRange(two, 18, 34));
    assertThat(Arrays.copyOfRange(one, 34, 46)).isNotEqualTo(Arrays.copyOfRange(two, 34, 46));
  }

  @Test
  void open_anyFlippedBit_isRefused() {
    byte[] sealed = sealed();
    for (int bit = 0; bit < 8 * sealed.length; bit++) {
      byte[] changed = sealed.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> SealedKey.open(changed, QUICK))
          .as("bit %s", bit)
          .isInstanceOf(GeneralSecurityException.class);
    }
  }

  @Test
  void open_anyOtherLength_isRefused() {
    byte[] sealed = sealed();
    for (int length = 0; length < sealed.length + 40; length++) {
      byte[] changed = Arrays.copyOf(sealed, length);
      if (length != sealed.length) {
        assertThatThrownBy(() -> SealedKey.open(changed, QUICK))
            .isInstanceOf(GeneralSecurityException.class);
      }
    }
    byte[] huge = Arrays.copyOf(sealed, SealedKey.MAX_BYTES + 1);
    assertThatThrownBy(() -> SealedKey.open(huge, QUICK)).hasMessageContaining("length");
  }

  @Test
  void open_shortestAndLongestSecret_areBothOpened() throws Exception {
    for (int length : new int[] {1, SealedKey.MAX_BYTES - 62}) {
      byte[] secret = new byte[length];
      secret[length - 1] = 7;
      byte[] sealed = SealedKey.seal(SCHEME, secret, QUICK, new SecureRandom());
      assertThat(SealedKey.open(sealed, QUICK).secret()).isEqualTo(secret);
    }
    byte[] none = SealedKey.seal(SCHEME, new byte[0], QUICK, new SecureRandom());
    assertThatThrownBy(() -> SealedKey.open(none, QUICK)).hasMessageContaining("length");
    byte[] large = new byte[SealedKey.MAX_BYTES - 61];
    byte[] tooLarge = SealedKey.seal(SCHEME, large, QUICK, new SecureRandom());
    assertThatThrownBy(() -> SealedKey.open(tooLarge, QUICK)).hasMessageContaining("length");
  }

  @Test
  void sealAndOpen_derivedKey_isWiped() throws Exception {
    List<byte[]> derived = new ArrayList<>();
    SealedKey.Derivation remembering =
        (salt, iterations) -> {
          derived.add(QUICK.derive(salt, iterations));
          return derived.get(derived.size() - 1);
        };
    SealedKey.open(SealedKey.seal(SCHEME, SECRET, remembering, new SecureRandom()), remembering);
    assertThat(derived).hasSize(2).allSatisfy(key -> assertThat(key).containsOnly(0));
  }

  @Test
  void open_anotherPassword_isRefused() {
    byte[] sealed = sealed();
    assertThatThrownBy(() -> SealedKey.open(sealed, quick("correct hors")))
        .isInstanceOf(GeneralSecurityException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 209_999, 10_500_001, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
  void open_iterationsOutsideTheRange_areRefusedUntried(int iterations) {
    byte[] sealed = sealed();
    ByteBuffer.wrap(sealed).putInt(14, iterations);
    assertThatThrownBy(
            () ->
                SealedKey.open(
                    sealed,
                    (salt, times) -> {
                      throw new AssertionError("tried");
                    }))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessageContaining("key derivation");
  }

  @ParameterizedTest
  @ValueSource(ints = {210_000, 210_001, 10_500_000})
  void open_iterationsAtTheEndsOfTheRange_areTried(int iterations) {
    byte[] sealed = sealed();
    ByteBuffer.wrap(sealed).putInt(14, iterations);
    assertThatThrownBy(
            () ->
                SealedKey.open(
                    sealed,
                    (salt, times) -> {
                      throw new GeneralSecurityException("tried " + times);
                    }))
        .hasMessage("tried " + iterations);
  }

  /**
   * Python: hashlib.pbkdf2_hmac("sha512", "correct horse \u00fc".encode(), bytes(16), 1000, 32).
   */
  @Test
  void pbkdf2_knownAnswer_isThatOfAnotherImplementation() throws Exception {
    byte[] key = SealedKey.pbkdf2("correct horse \u00fc".toCharArray()).derive(new byte[16], 1000);
    assertThat(HexFormat.of().formatHex(key))
        .isEqualTo("832d97d4938c8133e51d914b5a0bdb230400ccf348cd70949fd745d951ec92e6");
  }

  @ParameterizedTest
  @CsvSource({"-1, 0, 2048", "256, 0, 2048", "1, 256, 2048", "1, -1, 2048", "1, 0, 65536"})
  void keyScheme_outsideItsBytes_isRefused(int scheme, int type, int keyBits) {
    assertThatIllegalArgumentException().isThrownBy(() -> new KeyScheme(scheme, type, keyBits));
  }

  @Test
  void keyScheme_largestOfEach_isKept() throws Exception {
    KeyScheme scheme = new KeyScheme(255, 255, 65535);
    byte[] sealed = SealedKey.seal(scheme, SECRET, QUICK, new SecureRandom());
    assertThat(SealedKey.open(sealed, QUICK).scheme()).isEqualTo(scheme);
    assertThat(new KeyScheme(0, 0, 0)).hasToString("KeyScheme[scheme=0, type=0, keyBits=0]");
  }
}
