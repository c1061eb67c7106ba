// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.netty.DataClient;
import io.heddle.channel.netty.DataDialler;
import io.heddle.channel.netty.DataPins;
import io.heddle.channel.netty.DataServer;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.channel.netty.Route;
import io.heddle.channel.netty.TestIdentity;
import io.heddle.checkpoint.BlobStore;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What ciphertexts of a large pass go through from an executor of one party to one of the other:
 * put into the receiver's store, where they lie encrypted on the disk, and got from it, over TLS
 * both times.
 */
final class StoreStream implements Carrier {
  private static final String SESSION = "ab".repeat(32);
  private static final PartyId FROM = new PartyId("sender");
  private static final PartyId TO = new PartyId("receiver");
  private static final int AHEAD = 4;

  private final ExecutorService threads = Executors.newFixedThreadPool(1);
  private final BlobStore store = BlobStore.temporary(4L << 30);
  private final DataServer server;
  private final List<DataDialler> diallers = new ArrayList<>();
  private final DataClient sender;
  private final DataClient receiver;
  private final byte[] body;
  private long number;

  /**
   * @param length of one body, at least 8
   */
  StoreStream(int length) {
    body = new byte[length];
    TestIdentity from = TestIdentity.generate();
    TestIdentity to = TestIdentity.generate();
    Map<PartyId, String> prints = Map.of(FROM, from.fingerprint(), TO, to.fingerprint());
    server =
        new DataServer(
            pins(TO, to, prints), "127.0.0.1", 0, false, store, ExchangeTimeouts.DEFAULT);
    sender = client(pins(FROM, from, prints));
    receiver = client(pins(TO, to, prints));
    store.open(SESSION);
  }

  private static DataPins pins(PartyId self, TestIdentity own, Map<PartyId, String> prints) {
    return new DataPins(self, own.key(), List.of(own.certificate()), prints);
  }

  private DataClient client(DataPins pins) {
    DataDialler dialler = new DataDialler(pins, ExchangeTimeouts.DEFAULT);
    diallers.add(dialler);
    return new DataClient(dialler, TO, "127.0.0.1", server.port(), Route.DIRECT);
  }

  @Override
  public void carry(int count) throws Exception {
    BlockingQueue<byte[]> named = new ArrayBlockingQueue<>(AHEAD);
    Future<Integer> received =
        threads.submit(
            () -> {
              int last = 0;
              for (int i = 0; i < count; i++) {
                byte[] digest = named.take();
                last = receiver.get(SESSION, digest, body.length, NettyNetwork::goOn).length;
                store.drop(SESSION, List.of(digest));
              }
              return last;
            });
    for (int i = 0; i < count; i++) {
      // Each is another one, or it would be there already.
      ByteBuffer.wrap(body).putLong(number++);
      named.put(sender.put(SESSION, body, NettyNetwork::goOn));
    }
    if (received.get() != body.length) {
      throw new AssertionError("A body came in another length");
    }
  }

  @Override
  public void close() {
    diallers.forEach(DataDialler::close);
    server.close();
    store.close();
    threads.shutdownNow();
  }
}
