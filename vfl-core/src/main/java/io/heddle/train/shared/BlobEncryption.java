// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.shared;

import io.heddle.channel.Blobs;
import io.heddle.error.CheckpointException;
import io.heddle.party.PartyId;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Blobs that the label holder's tasks encrypt where its rows are, and put into the stores of the
 * feature holders. What a task needs for it, the key, the numbers and the randomness, it gets from
 * the label holder's own store: this and what a task returns hold digests only. A task that runs
 * again makes the same bytes.
 *
 * @param key names the private key
 * @param slices name the numbers of each blob, with the secret before them
 * @param to the feature holders
 */
public record BlobEncryption(Blobs blobs, byte[] key, byte[][] slices, List<PartyId> to)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Of the secret that the randomness of all blobs follows from. */
  public static final int SECRET_BYTES = 32;

  private static final int MAX_KEY_BYTES = 1 << 14;

  /** Which blob, and what it is called. */
  public record Named(int number, byte[] digest) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** Encrypts what goes into one blob. */
  @FunctionalInterface
  public interface Encryption {
    /**
     * The blob's body. Both arrays are wiped afterwards.
     *
     * @param numbers one after the other, all of one width
     */
    byte[] of(byte[] secret, byte[] numbers);
  }

  /**
   * Puts what the tasks need into the own store.
   *
   * @param key the private key's bytes; wiped
   * @param secret {@value #SECRET_BYTES} bytes that the encryption's randomness follows from; used
   *     for these numbers alone
   * @param count of blobs
   * @param numbers of a blob, one after the other, all of one width; wiped
   */
  public static BlobEncryption prepare(
      Blobs blobs,
      byte[] key,
      byte[] secret,
      int count,
      IntFunction<byte[]> numbers,
      List<PartyId> to) {
    if (secret.length != SECRET_BYTES) {
      throw new IllegalArgumentException(
          "Invalid secret of " + secret.length + " bytes: must be " + SECRET_BYTES);
    }
    byte[] keyName = putAndWipe(blobs, key);
    byte[][] slices = new byte[count][];
    for (int number = 0; number < count; number++) {
      byte[] own = numbers.apply(number);
      byte[] slice = Arrays.copyOf(secret, SECRET_BYTES + own.length);
      System.arraycopy(own, 0, slice, SECRET_BYTES, own.length);
      Arrays.fill(own, (byte) 0);
      slices[number] = putAndWipe(blobs, slice);
    }
    return new BlobEncryption(blobs, keyName, slices, to);
  }

  private static byte[] putAndWipe(Blobs blobs, byte[] body) {
    byte[] name = blobs.put(blobs.self(), body);
    Arrays.fill(body, (byte) 0);
    return name;
  }

  /** What {@link #prepare} has put into the own store, for when the blobs are sent. */
  public List<byte[]> ownBlobs() {
    List<byte[]> all = new ArrayList<>(Arrays.asList(slices));
    all.add(key);
    return all;
  }

  /** In a task: the private key, parsed once in its process. */
  public <K> K key(Function<byte[], K> parser) {
    return blobs.shared(key, MAX_KEY_BYTES, parser);
  }

  /**
   * In a task: makes a blob and puts it into all stores.
   *
   * @param count of its numbers
   * @param maxWidth bytes that none of them has more of
   * @throws CheckpointException if the own store has no such numbers
   */
  public Named encrypt(int number, int count, int maxWidth, Encryption encryption) {
    byte[] slice = blobs.get(slices[number], SECRET_BYTES + count * maxWidth);
    int width = (slice.length - SECRET_BYTES) / count;
    if (width < 1 || slice.length != SECRET_BYTES + count * width) {
      throw new CheckpointException(
          "Not what tasks encrypt: "
              + slice.length
              + " bytes for a secret and "
              + count
              + " numbers of at most "
              + maxWidth);
    }
    byte[] secret = Arrays.copyOf(slice, SECRET_BYTES);
    byte[] numbers = Arrays.copyOfRange(slice, SECRET_BYTES, slice.length);
    byte[] body = encryption.of(secret, numbers);
    Arrays.fill(slice, (byte) 0);
    Arrays.fill(secret, (byte) 0);
    Arrays.fill(numbers, (byte) 0);
    byte[] digest = new byte[0];
    for (PartyId party : to) {
      digest = blobs.put(party, body);
    }
    return new Named(number, digest);
  }

  /** What all blobs are called, in their order, from what the tasks have returned. */
  public byte[][] digests(List<? extends List<Named>> ofTasks) {
    byte[][] digests = new byte[slices.length][];
    ofTasks.forEach(part -> part.forEach(named -> digests[named.number()] = named.digest()));
    return digests;
  }
}
