// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
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
  private static final int LABELS = 64;

  private final Map<Long, List<Needle>> needles = new HashMap<>();
  private final SortedMap<String, ByteArrayOutputStream> streams = new TreeMap<>();

  private record Needle(String what, byte[] bytes) {}

  /** Plants an id: itself, its SHA-256, and both in hex and base64. At least 8 bytes of UTF-8. */
  public WireScan plantId(String name, String id) {
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    plantBytes(name, bytes);
    plantBytes(name + " SHA-256", Sha256.of(bytes));
    return this;
  }

  /**
   * Plants a number: as a double and, times each power of two and rounded up or down, as an integer
   * of 64 bits or, where that is too narrow, of 128, in both byte orders; and as text. A
   * fixed-point form of fewer than 5 telling bytes is left out, for it would be found by chance.
   */
  public WireScan plantDouble(String name, double value, int... fixedPointBits) {
    byte[] bytes = ByteBuffer.allocate(8).putDouble(value).array();
    plantBothOrders(name + " as double", bytes);
    for (int bits : fixedPointBits) {
      BigDecimal scaled = new BigDecimal(value).multiply(new BigDecimal(BigInteger.TWO.pow(bits)));
      String what = name + " as fixed point with " + bits + " bits";
      plantInteger(what, scaled.setScale(0, RoundingMode.FLOOR).toBigIntegerExact());
      plantInteger(what, scaled.setScale(0, RoundingMode.CEILING).toBigIntegerExact());
    }
    plantText(name, Double.toString(value));
    plantText(name, new BigDecimal(Double.toString(value)).toPlainString());
    return this;
  }

  private void plantInteger(String what, BigInteger value) {
    int width = value.bitLength() < 64 ? 8 : 16;
    if (value.bitLength() <= 32 || value.bitLength() >= 128) {
      return;
    }
    byte[] digits = value.toByteArray();
    byte[] bytes = new byte[width];
    Arrays.fill(bytes, (byte) (value.signum() < 0 ? -1 : 0));
    System.arraycopy(digits, 0, bytes, width - digits.length, digits.length);
    plantBothOrders(what, bytes);
  }

  private void plantText(String name, String text) {
    if (text.length() >= MIN_BYTES) {
      plant(name + " as text", text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * Plants labels, which tell nothing one by one: the first 64 of them in a row, as bits, bytes,
   * digits, ints, longs and doubles.
   *
   * @param labels each 0 or 1, in an order in which they may have been sent
   */
  public WireScan plantLabels(String name, double... labels) {
    if (labels.length < LABELS) {
      throw new IllegalArgumentException("Only " + labels.length + " labels: too few to tell");
    }
    long bits = 0;
    StringBuilder digits = new StringBuilder();
    byte[] single = new byte[LABELS];
    ByteBuffer ints = ByteBuffer.allocate(4 * LABELS);
    ByteBuffer longs = ByteBuffer.allocate(8 * LABELS);
    ByteBuffer doubles = ByteBuffer.allocate(8 * LABELS);
    for (int i = 0; i < LABELS; i++) {
      int label = (int) labels[i];
      bits = bits << 1 | label;
      digits.append(label);
      single[i] = (byte) label;
      ints.putInt(label);
      longs.putLong(label);
      doubles.putDouble(labels[i]);
    }
    plant(name + " as bits", ByteBuffer.allocate(8).putLong(bits).array());
    plant(name + " as bits", ByteBuffer.allocate(8).putLong(swapBits(bits)).array());
    plant(name + " as digits", ascii(digits.toString()));
    plant(name + " as bytes", single);
    plantItems(name + " as ints", ints.array(), 4);
    plantItems(name + " as longs", longs.array(), 8);
    plantItems(name + " as doubles", doubles.array(), 8);
    return this;
  }

  private static long swapBits(long bits) {
    return Long.reverseBytes(Long.reverse(bits));
  }

  private void plantItems(String what, byte[] items, int width) {
    plant(what, items);
    byte[] other = new byte[items.length];
    for (int i = 0; i < items.length; i++) {
      other[i] = items[i / width * width + width - 1 - i % width];
    }
    plant(what + ", little-endian", other);
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

  private void plantBothOrders(String what, byte[] bigEndian) {
    plantItems(what, bigEndian, bigEndian.length);
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

  /** A copy of what has been seen, by way; the bodies of a way are one stream. */
  public SortedMap<String, byte[]> recorded() {
    SortedMap<String, byte[]> copies = new TreeMap<>();
    synchronized (streams) {
      streams.forEach((name, stream) -> copies.put(name, stream.toByteArray()));
    }
    return copies;
  }

  /** Every marker that stands in what has been sent, and on which way. */
  public SortedSet<String> found() {
    SortedSet<String> found = new TreeSet<>();
    recorded()
        .forEach(
            (name, bytes) -> foundIn(bytes).forEach(what -> found.add(what + " from " + name)));
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
