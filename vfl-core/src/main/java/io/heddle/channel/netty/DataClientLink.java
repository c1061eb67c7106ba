// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.WireReader;
import io.heddle.channel.netty.DataFrames.Name;
import io.heddle.channel.netty.DataFrames.Refusal;
import io.heddle.error.PeerIdentityException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One data link at the side that asks: one request at a time. */
final class DataClientLink extends SimpleChannelInboundHandler<ByteBuf> {
  private static final byte[] NOTHING = new byte[0];

  // In the place of a body's greatest length.
  private static final int PUT = -1;
  private static final int TOLD = -2;

  private final Tls tls;
  private final PartyId party;
  private final ExchangeTimeouts timeouts;
  private final CompletableFuture<NettyLink> proof = new CompletableFuture<>();
  private volatile @Nullable Asked asked;
  private @Nullable NettyLink proved;
  private @Nullable Throwable cause;

  /** What comes of a request: a body, which is empty for a put, or a refusal. */
  record Answer(byte[] body, @Nullable Refusal refusal) {
    /** To nothing. */
    static final Answer NONE = new Answer(NOTHING, null);
  }

  /** One request, and what has come of its answer. */
  private static final class Asked {
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final int maxBytes;
    private byte @Nullable [] body;
    private int filled;

    /**
     * @param maxBytes or {@link #PUT}, or {@link #TOLD}
     */
    private Asked(int maxBytes) {
      this.maxBytes = maxBytes;
    }
  }

  DataClientLink(Tls tls, PartyId party, ExchangeTimeouts timeouts) {
    this.tls = tls;
    this.party = party;
    this.timeouts = timeouts;
  }

  boolean isOpen() {
    return proof.isDone() && !proof.isCompletedExceptionally() && proof.join().isOpen();
  }

  /** Ends a request that waits, too. */
  void cut() {
    if (isOpen()) {
      proof.join().cut();
    }
  }

  /** Waits until the other side has shown who it is. */
  void awaitProof() {
    NettyLink unused = await(proof, timeouts.handshake().plusSeconds(1));
  }

  Answer put(Name name, byte[] body) {
    Asked request = begin(PUT);
    NettyLink to = proof.join();
    to.write(DataFrames.put(name, body.length), true);
    for (int from = 0; from < body.length; from += DataFrames.PIECE_BYTES) {
      int count = Math.min(DataFrames.PIECE_BYTES, body.length - from);
      to.writePiece(body, from, count);
    }
    Answer answer = await(request.answer, timeouts.receive());
    // A refusal may come before all of the body is out, which belongs to the caller again.
    to.awaitWritten();
    return answer;
  }

  Answer get(Name name, int maxBytes) {
    Asked request = begin(maxBytes);
    proof.join().write(DataFrames.get(name), true);
    return await(request.answer, timeouts.receive());
  }

  /** Asks for something at once: without a body, and the answer is that it is done. */
  Answer tell(ByteBuffer frame) {
    Asked request = begin(TOLD);
    proof.join().write(frame, true);
    return await(request.answer, timeouts.idle());
  }

  private Asked begin(int maxBytes) {
    Asked request = new Asked(maxBytes);
    asked = request;
    if (!isOpen()) {
      throw new PeerUnavailableException("Lost the data link to party " + party);
    }
    return request;
  }

  private <T> T await(CompletableFuture<T> future, Duration patience) {
    try {
      return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new PeerUnavailableException(
          "No answer from the store of party "
              + party
              + " within "
              + ExchangeTimeouts.describe(patience),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerUnavailableException("Interrupted while waiting for party " + party, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ProtocolException violation) {
        throw violation;
      }
      throw new PeerUnavailableException("Lost the data link to party " + party, e);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        PartyId owner = tls.holder(context.pipeline().get(SslHandler.class)).party();
        proved = new NettyLink(context.channel(), owner, timeouts.receive());
      } else {
        failed(handshake.cause());
      }
    }
    super.userEventTriggered(context, event);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
    NettyLink owner = proved;
    if (owner != null && !proof.isDone()) {
      // In TLS 1.3 a dialler that is refused hears of it only now.
      byte kind = frame.readByte();
      if (kind != DataFrames.READY) {
        throw DataFrames.unknown(kind);
      }
      DataFrames.readReady(DataFrames.control(frame.nioBuffer()));
      proof.complete(owner);
      return;
    }
    Asked request = asked;
    if (request == null || request.answer.isDone()) {
      throw new ProtocolException("An answer of party " + party + " that nobody asked for");
    }
    byte kind = frame.readByte();
    if (kind == DataFrames.PIECE) {
      piece(request, frame);
      return;
    }
    WireReader in = DataFrames.control(frame.nioBuffer());
    if (request.body != null) {
      throw DataFrames.unknown(kind);
    }
    switch (kind) {
      case DataFrames.STORED, DataFrames.DONE -> {
        in.end();
        if (request.maxBytes != (kind == DataFrames.STORED ? PUT : TOLD)) {
          throw DataFrames.unknown(kind);
        }
        request.answer.complete(Answer.NONE);
      }
      case DataFrames.FOUND -> {
        int length = DataFrames.readLength(in);
        if (length > request.maxBytes) {
          throw new ProtocolException(
              "Blob of " + length + " bytes: must be at most " + Math.max(0, request.maxBytes));
        }
        request.body = new byte[length];
        finishIfWhole(request);
      }
      case DataFrames.REFUSED ->
          request.answer.complete(new Answer(NOTHING, DataFrames.readRefusal(in)));
      default -> throw DataFrames.unknown(kind);
    }
  }

  private static void piece(Asked request, ByteBuf frame) {
    byte[] body = request.body;
    int length = frame.readableBytes();
    if (body == null || length == 0 || length > body.length - request.filled) {
      throw new ProtocolException("A piece that belongs to no blob");
    }
    frame.readBytes(body, request.filled, length);
    request.filled += length;
    finishIfWhole(request);
  }

  private static void finishIfWhole(Asked request) {
    byte[] body = request.body;
    if (body != null && request.filled == body.length) {
      request.answer.complete(new Answer(body, null));
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // channelInactive tells
  public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
    cause =
        thrown instanceof DecoderException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    context.close();
  }

  @Override
  public void channelUnregistered(ChannelHandlerContext context) throws Exception {
    Throwable why = cause;
    failed(why == null ? new PeerUnavailableException("The connection was closed") : why);
    super.channelUnregistered(context);
  }

  private void failed(Throwable why) {
    Throwable known =
        why instanceof SSLException && HandshakeFailure.isVerdict(why)
            ? new PeerIdentityException(
                "Authentication failed between this party and the store of party "
                    + party
                    + ": "
                    + HandshakeFailure.reason(why),
                why)
            : why;
    proof.completeExceptionally(known);
    Asked request = asked;
    if (request != null) {
      request.answer.completeExceptionally(known);
    }
  }
}
