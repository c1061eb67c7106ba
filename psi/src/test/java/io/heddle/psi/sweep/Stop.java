// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.sweep;

import io.heddle.channel.FrameObserver;
import io.heddle.channel.WireReader;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where a process stops: says that it is there, and waits for a line, or for its end. It is told in
 * a word: {@link #NEVER}, {@link #message}, the key of a message, or the name of a moment.
 */
final class Stop implements FrameObserver {
  static final String NEVER = "never";

  /** All parties have finished, and nothing is published. */
  static final String FINISHED = "finished";

  /** The result is in its place, and the party has not left. */
  static final String PUBLISHED = "published";

  /** What a process says when it stops, with the key of the message. */
  static final String AT = "AT ";

  private static final String MESSAGE = "message ";
  private static final byte FRAME = 2;
  private static final int SESSION_BYTES = 32;
  private static final int MAX_NAME_BYTES = 1024;

  private final String where;
  private final AtomicInteger sent = new AtomicInteger();

  Stop(String where) {
    this.where = where;
  }

  /** Before the message with a number, from 0, that the process sends. */
  static String message(int number) {
    return MESSAGE + number;
  }

  int messages() {
    return sent.get();
  }

  @Override
  public void sent(PartyId peer, ByteBuffer frame) {
    if (frame.get(0) == FRAME) {
      String key = key(frame);
      if (where.equals(message(sent.getAndIncrement())) || where.equals(key)) {
        stop(key);
      }
    }
  }

  private static String key(ByteBuffer frame) {
    byte[] bytes = new byte[frame.remaining()];
    frame.duplicate().get(bytes);
    WireReader reader = new WireReader(bytes);
    reader.readByte();
    reader.readRaw(SESSION_BYTES);
    String step = reader.readString(MAX_NAME_BYTES);
    reader.readInt();
    reader.readString(MAX_NAME_BYTES);
    reader.readString(MAX_NAME_BYTES);
    return step + " " + reader.readInt();
  }

  /** A moment that is no message. */
  void at(String moment) {
    if (where.equals(moment)) {
      stop(moment);
    }
  }

  private static void stop(String key) {
    System.out.println(AT + key);
    try {
      if (System.in.read() < 0) {
        Runtime.getRuntime().halt(1);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
