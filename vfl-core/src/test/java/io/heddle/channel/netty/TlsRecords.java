// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;

/** For tests: reads what has crossed a socket as the records of RFC 8446, section 5.1. */
public final class TlsRecords {
  private static final int CHANGE_CIPHER_SPEC = 20;
  private static final int HANDSHAKE = 22;
  private static final int APPLICATION_DATA = 23;
  private static final int CLIENT_HELLO = 1;
  private static final int SERVER_HELLO = 2;
  private static final int SUPPORTED_VERSIONS = 43;
  private static final int TLS_1_3 = 0x0304;
  private static final int MAX_ENCRYPTED_BYTES = (1 << 14) + 256;

  private TlsRecords() {}

  /**
   * Fails unless one direction of a connection is TLS 1.3 from its first byte to its last: hellos
   * in the clear, of which a server's chooses 1.3, and after them encrypted records only. The last
   * record may be cut.
   *
   * @return bytes of encrypted records
   */
  public static long assertTls13Only(byte[] stream) {
    ByteBuffer bytes = ByteBuffer.wrap(stream);
    long encrypted = 0;
    int hellos = 0;
    while (bytes.remaining() >= 5) {
      int type = bytes.get();
      int version = bytes.getShort();
      // The first ClientHello may have another one, for those that know nothing newer.
      if (bytes.position() > 3 || version != 0x0301) {
        assertThat(version).as("record version").isEqualTo(0x0303);
      }
      int length = bytes.getShort() & 0xffff;
      assertThat(length).as("record length").isBetween(1, MAX_ENCRYPTED_BYTES);
      ByteBuffer body = bytes.slice(bytes.position(), Math.min(length, bytes.remaining()));
      bytes.position(bytes.position() + body.remaining());
      assertThat(type).as("record type").isIn(CHANGE_CIPHER_SPEC, HANDSHAKE, APPLICATION_DATA);
      switch (type) {
        case CHANGE_CIPHER_SPEC -> assertThat(length).as("bytes of the dummy record").isEqualTo(1);
        case HANDSHAKE -> {
          assertThat(encrypted).as("encrypted bytes before a hello").isZero();
          assertHello(body, version);
          hellos++;
        }
        default -> encrypted += body.remaining();
      }
    }
    assertThat(hellos).as("hellos").isBetween(encrypted > 0 ? 1 : 0, 2);
    return encrypted;
  }

  /** One hello fills its record; a server's chooses version 1.3. */
  private static void assertHello(ByteBuffer body, int recordVersion) {
    int kind = body.get();
    assertThat(kind)
        .as("handshake message in the clear")
        .isIn(CLIENT_HELLO, recordVersion == 0x0303 ? SERVER_HELLO : CLIENT_HELLO);
    int length = (body.get() & 0xff) << 16 | (body.getShort() & 0xffff);
    assertThat(body.remaining()).as("bytes of the hello").isEqualTo(length);
    if (kind == SERVER_HELLO) {
      body.position(body.position() + 2 + 32);
      int session = body.get() & 0xff;
      body.position(body.position() + session + 2 + 1 + 2);
      int chosen = 0;
      while (body.hasRemaining()) {
        int extension = body.getShort() & 0xffff;
        int size = body.getShort() & 0xffff;
        if (extension == SUPPORTED_VERSIONS) {
          chosen = body.getShort(body.position()) & 0xffff;
        }
        body.position(body.position() + size);
      }
      assertThat(chosen).as("version that the acceptor chose").isEqualTo(TLS_1_3);
    }
  }
}
