// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.doctor;

/** An operation whose speed the doctor measures. The keys of the JSON are promised. */
enum Figure {
  MOD_MUL_2048("nanos", "modMul2048", "modular multiplication, 2048 bits"),
  MOD_MUL_4096("nanos", "modMul4096", "modular multiplication, 4096 bits"),
  BIG_INTEGER_MOD_MUL_4096("nanos", "bigIntegerModMul4096", "  the same by BigInteger"),
  PAILLIER_ENCRYPT_OWNER("micros", "paillierEncryptOwner", "Paillier, encrypt with the own key"),
  PAILLIER_ENCRYPT_PUBLIC("micros", "paillierEncryptPublic", "Paillier, encrypt with a peer's key"),
  PAILLIER_ADD("micros", "paillierAdd", "Paillier, add"),
  PAILLIER_DECRYPT("micros", "paillierDecrypt", "Paillier, decrypt"),
  X25519("micros", "x25519", "X25519, multiply a point"),
  JDK_X25519("micros", "jdkX25519", "  the same by the JDK");

  private final String unit;
  private final String key;
  private final String title;

  Figure(String unit, String key, String title) {
    this.unit = unit;
    this.key = key;
    this.title = title;
  }

  /** The object of the JSON in which the figure stands: {@code nanos} or {@code micros}. */
  String unit() {
    return unit;
  }

  /** The figure's key in that object. */
  String key() {
    return key;
  }

  /** For people; indented where it is measured for comparison with the one before. */
  String title() {
    return title;
  }

  double nanosPerUnit() {
    return unit.equals("micros") ? 1000 : 1;
  }
}
