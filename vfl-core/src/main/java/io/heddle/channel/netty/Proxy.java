// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.config.Address;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.proxy.Socks5ProxyHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A company's gateway for outgoing connections. It sees the address that is dialled and passes on
 * bytes of TLS; it is not trusted. Holds a password: nothing but the address is ever shown.
 */
public final class Proxy {

  /** What the gateway speaks. */
  public enum Kind {
    /** HTTP/1.1 CONNECT; user and password by the scheme Basic. */
    HTTP,
    /** RFC 1928; user and password by RFC 1929. */
    SOCKS5
  }

  /** In Netty's words: the code of an HTTP answer, whose text is the proxy's own and not shown. */
  private static final Pattern HTTP_STATUS = Pattern.compile(", status: (\\d{3})\\b");

  private static final Pattern SOCKS_STATUS =
      Pattern.compile(", (status|authStatus|unexpected authMethod): ([A-Z_]+)\\b");

  /** The code that Netty gives to what is no answer. */
  private static final String UNPARSEABLE = "999";

  private static final String ASKS = "asks for a user (proxy.user, proxy.password-file)";
  private static final String DOES_NOT_TAKE =
      "does not take this user and password (proxy.user, proxy.password-file)";

  private static final int MAX_TEXT_BYTES = 1024;

  private final Kind kind;
  private final String host;
  private final int port;
  private final @Nullable String user;
  private final @Nullable String password;

  /**
   * Names a proxy.
   *
   * @param user null for one that asks for none
   * @param password null if there is no user
   */
  public Proxy(Kind kind, String host, int port, @Nullable String user, @Nullable String password) {
    this.kind = kind;
    this.host = host;
    this.port = port;
    this.user = user;
    this.password = password;
  }

  /** With the password: for a process of the same party. */
  void write(WireWriter out) {
    out.writeBoolean(kind == Kind.SOCKS5);
    out.writeString(host);
    out.writeInt(port);
    out.writeString(user == null ? "" : user);
    out.writeString(password == null ? "" : password);
  }

  static Proxy read(WireReader in) {
    Kind kind = in.readBoolean() ? Kind.SOCKS5 : Kind.HTTP;
    String host = in.readString(MAX_TEXT_BYTES);
    int port = in.readInt();
    String user = in.readString(MAX_TEXT_BYTES);
    String password = in.readString(MAX_TEXT_BYTES);
    return new Proxy(
        kind, host, port, user.isEmpty() ? null : user, user.isEmpty() ? null : password);
  }

  /**
   * Why a proxy has not passed a connection on.
   *
   * @param words for an operator
   * @param ofUser whether it does not take this party's user and password: trying again is no use
   */
  record Refusal(String words, boolean ofUser) {}

  /** Asks the proxy, once the connection to it is there, and lets nothing through before. */
  ProxyHandler handler(Duration timeout) {
    // Looked up each time: a gateway of several machines may have lost one of them.
    InetSocketAddress address = new InetSocketAddress(host, port);
    ProxyHandler handler;
    if (kind == Kind.SOCKS5) {
      handler = new Socks5ProxyHandler(address, user, password);
    } else if (user == null || password == null) {
      handler = new HttpProxyHandler(address);
    } else {
      handler = new HttpProxyHandler(address, user, password);
    }
    handler.setConnectTimeoutMillis(timeout.toMillis());
    return handler;
  }

  String unreachable(@Nullable Throwable cause) {
    String why = cause == null || cause.getMessage() == null ? "no such host" : cause.getMessage();
    return this + " cannot be reached (" + why + ")";
  }

  /** What a failed connection tells of the proxy; null if something else ended it. */
  @Nullable Refusal refusal(Throwable why) {
    if (!(why instanceof ProxyConnectException)) {
      return null;
    }
    String message = String.valueOf(why.getMessage());
    if (message.endsWith(", timeout")) {
      return refusal("does not answer", false);
    }
    if (message.endsWith(", disconnected")) {
      return refusal("closes the connection", false);
    }
    Matcher http = HTTP_STATUS.matcher(message);
    if (kind == Kind.HTTP && http.find() && !http.group(1).equals(UNPARSEABLE)) {
      return answer(http.group(1), http.group(1).equals("407"));
    }
    Matcher socks = SOCKS_STATUS.matcher(message);
    if (kind == Kind.SOCKS5 && socks.find()) {
      // Netty takes what is no answer at all for one that takes no way to log in.
      return socks.group(1).equals("unexpected authMethod")
          ? refusal(
              (user == null ? ASKS : "takes no password") + ", or does not speak SOCKS5", true)
          : answer(
              socks.group(2).toLowerCase(Locale.ROOT).replace('_', ' '),
              socks.group(1).equals("authStatus"));
    }
    return refusal("does not speak " + kind, false);
  }

  private Refusal answer(String status, boolean ofUser) {
    String why = ofUser ? ": it " + (user == null ? ASKS : DOES_NOT_TAKE) : "";
    return refusal("answers " + status + why, ofUser);
  }

  private Refusal refusal(String words, boolean ofUser) {
    return new Refusal(this + " " + words, ofUser);
  }

  /** The address; never the user or the password. */
  @Override
  public String toString() {
    return "proxy " + kind.name().toLowerCase(Locale.ROOT) + "://" + new Address(host, port);
  }
}
