// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToMessageCodec;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;

/** What stands below TLS where it goes in the binary frames of a WebSocket (RFC 6455). */
final class WebSockets {
  static final String PATH = "/heddle/1";

  /** A record of TLS 1.3: header, plain text, and what encryption may add. */
  static final int MAX_FRAME_BYTES = 5 + (1 << 14) + 256;

  private static final int MAX_LINE_BYTES = 1024;
  private static final int MAX_HEADER_BYTES = 8192;

  private WebSockets() {}

  /** Asks for the upgrade once the connection is there. */
  static ChannelHandler[] dial(InetSocketAddress peer, Duration timeout) {
    String host = peer.getHostString();
    try {
      URI uri = new URI("ws", null, host, peer.getPort(), PATH, null, null);
      WebSocketClientProtocolConfig config =
          WebSocketClientProtocolConfig.newBuilder()
              .webSocketUri(uri)
              .allowExtensions(false)
              .maxFramePayloadLength(MAX_FRAME_BYTES)
              .handshakeTimeoutMillis(timeout.toMillis())
              // Closing must not wait for a gateway that no longer reads.
              .sendCloseFrame(null)
              .build();
      return new ChannelHandler[] {
        new HttpClientCodec(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_HEADER_BYTES),
        new HttpObjectAggregator(MAX_HEADER_BYTES),
        new WebSocketClientProtocolHandler(config),
        new Bytes()
      };
    } catch (URISyntaxException e) {
      throw new AssertionError("No address of a WebSocket", e);
    }
  }

  /** Grants the upgrade to whoever asks for it in the right way, and passes on what does not. */
  static ChannelHandler[] accept(Duration timeout) {
    WebSocketServerProtocolConfig config =
        WebSocketServerProtocolConfig.newBuilder()
            .websocketPath(PATH)
            .handshakeTimeoutMillis(timeout.toMillis())
            .sendCloseFrame(null)
            .decoderConfig(
                WebSocketDecoderConfig.newBuilder()
                    .allowExtensions(false)
                    .maxFramePayloadLength(MAX_FRAME_BYTES)
                    .withUTF8Validator(false)
                    .build())
            .build();
    return new ChannelHandler[] {
      new HttpServerCodec(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_HEADER_BYTES),
      new HttpObjectAggregator(MAX_HEADER_BYTES),
      new WebSocketServerProtocolHandler(config),
      new Bytes()
    };
  }

  /** Whether an event says that both sides have agreed on the upgrade. */
  static boolean isOpen(Object event) {
    return event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE
        || event instanceof HandshakeComplete;
  }

  /**
   * Bytes to frames and back. How they are cut means nothing: a gateway may cut them otherwise.
   * What is not allowed here is nothing that the peer has proved to have sent, so it ends the link
   * and not the session.
   */
  private static final class Bytes extends MessageToMessageCodec<WebSocketFrame, ByteBuf> {
    @Override
    protected void encode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
      do {
        int count = Math.min(bytes.readableBytes(), MAX_FRAME_BYTES);
        out.add(new BinaryWebSocketFrame(bytes.readRetainedSlice(count)));
      } while (bytes.isReadable());
    }

    @Override
    protected void decode(ChannelHandlerContext context, WebSocketFrame frame, List<Object> out)
        throws IOException {
      if (!(frame instanceof BinaryWebSocketFrame)
          && !(frame instanceof ContinuationWebSocketFrame)) {
        throw new IOException("A frame of the WebSocket that is not binary");
      }
      out.add(frame.content().retain());
    }
  }
}
