// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.party.PartyId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * For tests: keeps the application frames of a run and looks for planted markers in them, in every
 * form in which they could have slipped out. A scan that finds nothing proves something only next
 * to a control: the same scan must find a marker that was sent on purpose.
 */
public final class WireScan {
  private static final int MIN_BYTES = 8;

  private final Map<Long, List<Needle>> needles = new HashMap<>();
  private final SortedMap<String, ByteArrayOutputStream> streams = new TreeMap<>();

  private record Needle(String what, byte[] bytes) {}

  /** Plants an id: itself, its SHA-256, and both in hex and base64. At least 8 bytes of UTF-8. */
  public WireScan plantId(String name, String id) {
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    plantBytes(name, bytes);
    plantBytes(name + " SHA-256", Envelope.sha256().digest(bytes));
    return this;
  }

  /**
   * Plants a number: as a double and, times each power of two, as a 64-bit integer, in both byte
   * orders; and as text. A fixed-point form of fewer than 5 telling bytes is left out, for it would
   * be found by chance.
   */
  public WireScan plantDouble(String name, double value, int... fixedPointBits) {
    plantBothOrders(name + " as double", Double.doubleToRawLongBits(value));
    for (int bits : fixedPointBits) {
      long fixed = Math.round(Math.scalb(value, bits));
      if (tellingBytes(fixed) >= 5) {
        plantBothOrders(name + " as fixed point with " + bits + " bits", fixed);
      }
    }
    String text = Double.toString(value);
    if (text.length() >= MIN_BYTES) {
      plant(name + " as text", text.getBytes(StandardCharsets.UTF_8));
    }
    return this;
  }

  /** Plants bytes: themselves, and in hex and base64. */
  public WireScan plantBytes(String name, byte[] bytes) {
    plant(name, bytes);
    String hex = HexFormat.of().formatHex(bytes);
    plant(name + " in hex", ascii(hex));
    plant(name + " in upper-case hex", ascii(hex.toUpperCase(Locale.ROOT)));
    for (int before = 0; before < 3; before++) {
      plant(name + " in base64", ascii(base64Core(Base64.getEncoder(), bytes, before)));
      plant(name + " in URL base64", ascii(base64Core(Base64.getUrlEncoder(), bytes, before)));
    }
    return this;
  }

  /** The characters that do not depend on what stands before and after. */
  private static String base64Core(Base64.Encoder encoder, byte[] bytes, int before) {
    byte[] shifted = new byte[before + bytes.length];
    System.arraycopy(bytes, 0, shifted, before, bytes.length);
    String text = encoder.withoutPadding().encodeToString(shifted);
    return text.substring((before * 8 + 5) / 6, shifted.length * 8 / 6);
  }

  private void plantBothOrders(String name, long bits) {
    plant(name, ByteBuffer.allocate(8).putLong(bits).array());
    plant(
        name + ", little-endian",
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(bits).array());
  }

  private static int tellingBytes(long value) {
    long magnitude = value < 0 ? ~value : value;
    return (64 - Long.numberOfLeadingZeros(magnitude) + 7) / 8;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void plant(String what, byte[] bytes) {
    if (bytes.length < MIN_BYTES) {
      throw new IllegalArgumentException(
          "Marker " + what + " of " + bytes.length + " bytes: fewer than 8 are found by chance");
    }
    needles
        .computeIfAbsent(ByteBuffer.wrap(bytes).getLong(), first -> new ArrayList<>())
        .add(new Needle(what, bytes.clone()));
  }

  /** The observer of one party; all parties of a run may share a scan. */
  public FrameObserver observer(PartyId from) {
    return (to, frame) -> {
      byte kind = frame.get(frame.position());
      // Bodies are put together again, so that a marker across two chunks is found.
      String stream = from + " -> " + to + (kind == Frames.CHUNK ? " bodies" : " heads");
      byte[] bytes = new byte[frame.remaining()];
      frame.duplicate().get(bytes);
      synchronized (streams) {
        streams
            .computeIfAbsent(stream, name -> new ByteArrayOutputStream())
            .write(
                bytes, kind == Frames.CHUNK ? 1 : 0, bytes.length - (kind == Frames.CHUNK ? 1 : 0));
      }
    };
  }

  /** How many bytes have been seen. */
  public long scannedBytes() {
    synchronized (streams) {
      return streams.values().stream().mapToLong(ByteArrayOutputStream::size).sum();
    }
  }

  /** Every marker that stands in what has been sent, and on which way. */
  public SortedSet<String> found() {
    SortedSet<String> found = new TreeSet<>();
    synchronized (streams) {
      streams.forEach(
          (name, stream) ->
              foundIn(stream.toByteArray()).forEach(what -> found.add(what + " from " + name)));
    }
    return found;
  }

  /** Every marker that stands in these bytes. */
  public SortedSet<String> foundIn(byte[] bytes) {
    SortedSet<String> found = new TreeSet<>();
    long window = 0;
    for (int end = 1; end <= bytes.length; end++) {
      window = window << 8 | (bytes[end - 1] & 0xff);
      if (end < MIN_BYTES) {
        continue;
      }
      int start = end - MIN_BYTES;
      for (Needle needle : needles.getOrDefault(window, List.of())) {
        int stop = start + needle.bytes().length;
        if (stop <= bytes.length
            && Arrays.equals(bytes, start, stop, needle.bytes(), 0, needle.bytes().length)) {
          found.add(needle.what());
        }
      }
    }
    return found;
  }
}
