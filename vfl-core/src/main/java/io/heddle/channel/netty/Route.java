// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.netty.bootstrap.Bootstrap;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a party reaches a peer.
 *
 * @param proxy what it dials through; null for nothing
 * @param webSocket whether TLS goes in the frames of a WebSocket
 */
public record Route(@Nullable Proxy proxy, boolean webSocket) {
  /** By the peer's address alone. */
  public static final Route DIRECT = new Route(null, false);

  void write(WireWriter out) {
    out.writeBoolean(webSocket);
    out.writeBoolean(proxy != null);
    if (proxy != null) {
      proxy.write(out);
    }
  }

  static Route read(WireReader in) {
    boolean webSocket = in.readBoolean();
    return new Route(in.readBoolean() ? Proxy.read(in) : null, webSocket);
  }

  /** Leaves names to the proxy, where there is one: this machine may know of no outer name. */
  Bootstrap resolve(Bootstrap bootstrap) {
    return proxy == null ? bootstrap : bootstrap.disableResolver();
  }

  /** The peer's address: a name stays one. */
  InetSocketAddress target(String host, int port) {
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
    return literal == null
        ? InetSocketAddress.createUnresolved(host, port)
        : new InetSocketAddress(literal, port);
  }

  /** Why nobody took the connection, where that is not the peer's affair; null if it is. */
  @Nullable String unreachable(@Nullable Throwable cause) {
    return proxy == null ? null : proxy.unreachable(cause);
  }

  /** What a connection that came to nothing tells of the gateways; null if it was not they. */
  Proxy.@Nullable Refusal refusal(@Nullable Throwable why) {
    if (why instanceof WebSocketClientHandshakeException upgrade) {
      // The gateway's own text is not shown.
      return new Proxy.Refusal(
          "the WebSocket is "
              + (upgrade.response() == null
                  ? "not answered"
                  : "answered with " + upgrade.response().status().code()),
          false);
    }
    return proxy == null || why == null ? null : proxy.refusal(why);
  }
}
