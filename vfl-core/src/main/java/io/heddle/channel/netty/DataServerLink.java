// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.WireReader;
import io.heddle.channel.netty.DataFrames.Name;
import io.heddle.channel.netty.DataFrames.Refusal;
import io.heddle.checkpoint.BlobStore;
import io.heddle.checkpoint.BlobUpload;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One data link at the party that has the store: takes blobs of its peers and its own, and gives
 * out only to the party itself. One request after another. Frames are worked on by a thread that
 * may wait for the disk, and meanwhile only the next batch is read: a fast sender is slowed. So of
 * whatever the other side sends, a link holds three of the largest frames at most.
 */
final class DataServerLink extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(DataServerLink.class);

  /** Batches of frames that one link has in memory: the next is read while one is worked on. */
  private static final int MAX_WAITING = 2;

  private final DataRoom room;
  // Of the event loop.
  private final List<ByteBuf> frames = new ArrayList<>();
  // Read, and not worked on yet: one batch while the one before is worked on.
  private final Queue<List<ByteBuf>> batches = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile @Nullable NettyLink link;
  private volatile @Nullable Holder holder;

  // All that follows under the lock of this link.
  private boolean ended;
  private @Nullable BlobUpload upload;

  // Of a body that is refused, or there already.
  private int skipped;

  DataServerLink(DataRoom room) {
    this.room = room;
  }

  /**
   * The other side has proved who it is: says that requests may come. From now on the connection is
   * read when this link asks for it.
   */
  void begin(ChannelHandlerContext context, Holder proved) {
    holder = proved;
    NettyLink to = new NettyLink(context.channel(), proved.party(), room.timeouts().receive());
    link = to;
    context.channel().config().setAutoRead(false);
    reply(to, DataFrames.ready());
    context.read();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof IdleStateEvent idle && idle.state() == IdleState.READER_IDLE) {
      close(context);
    }
    super.userEventTriggered(context, event);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object frame) {
    frames.add((ByteBuf) frame);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (frames.isEmpty()) {
      context.read();
      return;
    }
    batches.add(List.copyOf(frames));
    frames.clear();
    int now = waiting.incrementAndGet();
    if (now == 1) {
      room.disk().execute(() -> work(context));
    }
    if (now < MAX_WAITING) {
      context.read();
    }
  }

  /** Works on all batches that are there, one thread at a time. */
  private void work(ChannelHandlerContext context) {
    int left;
    do {
      work(context, batches.remove());
      left = waiting.decrementAndGet();
      if (left == MAX_WAITING - 1) {
        readOn(context);
      }
    } while (left > 0);
  }

  private static void readOn(ChannelHandlerContext context) {
    try {
      context.read();
    } catch (RejectedExecutionException e) {
      // The exchange is closed: nothing comes any more, and what has come is let go of.
    }
  }

  private synchronized void work(ChannelHandlerContext context, List<ByteBuf> batch) {
    try {
      for (ByteBuf frame : batch) {
        if (!ended) {
          read(frame);
        }
      }
    } catch (IOException | RuntimeException e) {
      // Nothing counts any more of what was read ahead.
      ended = true;
      drop();
      exceptionCaught(context, e);
    } finally {
      batch.forEach(ByteBuf::release);
    }
  }

  private void read(ByteBuf frame) throws IOException {
    NettyLink proved = link;
    if (proved == null) {
      throw new ProtocolException("A frame before the handshake");
    }
    byte kind = frame.readByte();
    if (kind == DataFrames.PIECE) {
      piece(proved, frame);
      return;
    }
    WireReader in = DataFrames.control(frame.nioBuffer());
    if (upload != null || skipped > 0) {
      throw new ProtocolException("A request within a blob");
    }
    switch (kind) {
      case DataFrames.PUT -> put(proved, DataFrames.readName(in), DataFrames.readLength(in));
      case DataFrames.GET -> {
        Name name = DataFrames.readName(in);
        in.end();
        get(proved, name);
      }
      case DataFrames.OPEN, DataFrames.CLOSE, DataFrames.DROP -> tell(proved, kind, in);
      default -> throw DataFrames.unknown(kind);
    }
  }

  /** The party's driver tells a process of its party what to do with a session. */
  private void tell(NettyLink to, byte kind, WireReader in) {
    String session = DataFrames.readSession(in);
    List<byte[]> dropped = kind == DataFrames.DROP ? DataFrames.readDropped(in) : List.of();
    in.end();
    if (!isOwn() || isWorker()) {
      reply(to, DataFrames.refused(Refusal.FORBIDDEN));
      return;
    }
    try {
      switch (kind) {
        case DataFrames.OPEN -> room.store().open(session);
        case DataFrames.CLOSE -> room.store().close(session);
        default -> room.store().drop(session, dropped);
      }
      reply(to, DataFrames.done());
    } catch (CheckpointException e) {
      LOG.error("Party {}: {}", room.owner(), e.getMessage());
      reply(to, DataFrames.refused(Refusal.FAILED));
    }
  }

  private boolean isWorker() {
    Holder other = holder;
    return other == null || other.session() != null;
  }

  /** Whether the other side has to do with a session: a worker has with one. */
  private boolean isOfSession(String session) {
    Holder other = holder;
    return other != null && (other.session() == null || other.session().equals(session));
  }

  private boolean isOwn() {
    Holder other = holder;
    return other != null && other.party().equals(room.owner());
  }

  private void put(NettyLink to, Name name, int length) {
    BlobStore store = room.store();
    if (!isOfSession(name.session())) {
      refuse(to, Refusal.FORBIDDEN, length);
      return;
    }
    if (!store.isOpen(name.session())) {
      refuse(to, Refusal.SESSION, length);
      return;
    }
    try {
      upload = store.put(name.session(), name.digest(), length);
    } catch (ProtocolException e) {
      refuse(to, Refusal.ROOM, length);
      return;
    } catch (CheckpointException e) {
      failed(to, e, length);
      return;
    }
    if (upload == null) {
      skipped = length;
      reply(to, DataFrames.stored());
    } else {
      finishIfWhole(to);
    }
  }

  /** The body comes nevertheless: its sender does not wait for leave. */
  private void refuse(NettyLink to, Refusal refusal, int length) {
    skipped = length;
    reply(to, DataFrames.refused(refusal));
  }

  private void failed(NettyLink to, VflException cause, int length) {
    LOG.error("Party {}: {}", room.owner(), cause.getMessage());
    refuse(to, Refusal.FAILED, length);
  }

  private static void reply(NettyLink to, ByteBuffer frame) {
    to.write(frame, false);
  }

  private void piece(NettyLink to, ByteBuf frame) {
    int length = frame.readableBytes();
    BlobUpload current = upload;
    int missing = current == null ? skipped : current.missing();
    if (length == 0 || length > missing) {
      throw new ProtocolException("A piece that belongs to no blob");
    }
    if (current == null) {
      skipped -= length;
      return;
    }
    try {
      if (frame.hasArray()) {
        current.append(frame.array(), frame.arrayOffset() + frame.readerIndex(), length);
      } else {
        byte[] bytes = new byte[length];
        frame.readBytes(bytes);
        current.append(bytes, 0, length);
      }
      finishIfWhole(to);
    } catch (CheckpointException e) {
      int left = current.missing();
      drop();
      failed(to, e, left);
    }
  }

  private void finishIfWhole(NettyLink to) {
    BlobUpload current = upload;
    if (current != null && current.missing() == 0) {
      try (current) {
        current.finish();
      } finally {
        upload = null;
      }
      reply(to, DataFrames.stored());
    }
  }

  private void get(NettyLink to, Name name) throws IOException {
    if (!isOwn() || !isOfSession(name.session())) {
      reply(to, DataFrames.refused(Refusal.FORBIDDEN));
      return;
    }
    if (!room.store().isOpen(name.session())) {
      reply(to, DataFrames.refused(Refusal.SESSION));
      return;
    }
    try (BlobStore.Blob blob = room.store().get(name.session(), name.digest())) {
      if (blob == null) {
        reply(to, DataFrames.refused(Refusal.ABSENT));
        return;
      }
      reply(to, DataFrames.found(blob.length()));
      for (int left = blob.length(); left > 0; ) {
        // What was changed on the disk from here on ends the link: the length is out.
        byte[] piece = new byte[Math.min(left, DataFrames.PIECE_BYTES)];
        int count = blob.body().readNBytes(piece, 0, piece.length);
        to.writePiece(piece, 0, count);
        left -= count;
      }
    } catch (CheckpointException e) {
      LOG.error("Party {}: {}", room.owner(), e.getMessage());
      throw e;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException) || cause instanceof SSLException) {
      LOG.warn("A data link of party {} is closed: {}", room.owner(), words(cause));
    }
    close(context);
  }

  private static String words(Throwable cause) {
    return HandshakeFailure.reason(cause);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // channelInactive tells
  private static void close(ChannelHandlerContext context) {
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    frames.forEach(ByteBuf::release);
    frames.clear();
    room.disk().execute(this::end);
    super.channelInactive(context);
  }

  private synchronized void end() {
    ended = true;
    drop();
  }

  private void drop() {
    BlobUpload current = upload;
    upload = null;
    if (current != null) {
      current.close();
    }
  }
}
