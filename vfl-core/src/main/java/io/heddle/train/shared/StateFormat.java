// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.shared;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Bytes of what a role commits: a version, then what the role writes. Read back whole or not at
 * all.
 */
public final class StateFormat {
  private static final int VERSION = 1;

  private StateFormat() {}

  public static byte[] write(Consumer<WireWriter> content) {
    WireWriter out = new WireWriter();
    out.writeInt(VERSION);
    content.accept(out);
    return out.toByteArray();
  }

  /**
   * Reads what {@link #write} gave.
   *
   * @throws CheckpointException if it is of another version, or nothing that such a role writes
   */
  public static <T> T read(byte[] state, Function<WireReader, T> content) {
    try {
      WireReader in = new WireReader(state);
      if (in.readInt() != VERSION) {
        throw new ProtocolException("Another version of the state: must be " + VERSION);
      }
      T read = content.apply(in);
      in.end();
      return read;
    } catch (ProtocolException | IllegalArgumentException e) {
      throw new CheckpointException(
          "The "
              + state.length
              + " bytes that this party kept of the step cannot be read: another version of the"
              + " program wrote them. Go on with that one, or begin anew",
          e);
    }
  }

  /** Requires what only another program would have written otherwise. */
  public static void require(boolean holds, String what) {
    if (!holds) {
      throw new ProtocolException("Invalid state: " + what);
    }
  }

  /** Any numbers, infinite ones too. */
  public static void writeBits(WireWriter out, double[] values) {
    out.writeLongs(Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray());
  }

  public static double[] readBits(WireReader in) {
    return Arrays.stream(in.readLongs(Integer.MAX_VALUE))
        .mapToDouble(Double::longBitsToDouble)
        .toArray();
  }

  public static List<Double> readNumbers(WireReader in) {
    return Arrays.stream(in.readDoubles(Integer.MAX_VALUE)).boxed().toList();
  }

  /** Vectors of any lengths. */
  public static void writeVectors(WireWriter out, List<double[]> vectors) {
    out.writeInt(vectors.size());
    vectors.forEach(out::writeDoubles);
  }

  public static List<double[]> readVectors(WireReader in) {
    return readList(in, each -> each.readDoubles(Integer.MAX_VALUE));
  }

  /** Texts with whatever characters a column name has. */
  public static void writeTexts(WireWriter out, List<String> texts) {
    out.writeInt(texts.size());
    texts.forEach(out::writeString);
  }

  public static List<String> readTexts(WireReader in) {
    return readList(in, StateFormat::readText);
  }

  private static String readText(WireReader in) {
    ByteBuffer bytes = ByteBuffer.wrap(in.readBytes(Integer.MAX_VALUE));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new ProtocolException("Text in a state is not UTF-8", e);
    }
  }

  /** Every item has at least its length, so no more of them are asked for than there can be. */
  public static <T> List<T> readList(WireReader in, Function<WireReader, T> item) {
    int count = in.readInt();
    require(count >= 0 && count <= in.remaining() / 4, "a list of " + count + " items");
    List<T> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(item.apply(in));
    }
    return items;
  }
}
