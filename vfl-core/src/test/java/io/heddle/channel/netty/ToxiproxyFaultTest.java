// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static io.heddle.channel.netty.FaultNetwork.BANK;
import static io.heddle.channel.netty.FaultNetwork.RETAILER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.netty.FaultNetwork.Outcome;
import io.heddle.channel.netty.FaultNetwork.Talk;
import io.heddle.party.PartyId;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The faults of <a href="https://github.com/Shopify/toxiproxy">Toxiproxy</a>, a proxy in a process
 * of its own that others have made. Needs its server on the PATH, or named by the property {@code
 * toxiproxy}; skipped, with a count, where it is not there.
 */
class ToxiproxyFaultTest {
  private static final ExchangeTimeouts TIMEOUTS =
      new ExchangeTimeouts(
          Duration.ofSeconds(30),
          Duration.ofSeconds(3),
          Duration.ofSeconds(2),
          Duration.ofMinutes(5),
          Duration.ofSeconds(6));

  /**
   * A row of the table.
   *
   * @param attributes of the toxic, on both streams; null where the proxy itself goes down
   * @param seconds until the toxic is taken away; 0 where it is there from the beginning to the end
   */
  private record Toxic(String name, @Nullable String attributes, int seconds, boolean finishes) {}

  private static final List<Toxic> TOXICS =
      List.of(
          new Toxic("latency", "\"latency\":50,\"jitter\":10", 0, true),
          new Toxic("bandwidth", "\"rate\":64", 0, true),
          new Toxic("slicer", "\"average_size\":500,\"size_variation\":400,\"delay\":10", 0, true),
          new Toxic("timeout", "\"timeout\":0", 3, true),
          new Toxic("reset_peer", "\"timeout\":0", 2, true),
          new Toxic("limit_data", "\"bytes\":30000", 2, true),
          new Toxic("down", null, 2, true),
          new Toxic("timeout", "\"timeout\":0", 60, false),
          new Toxic("down", null, 60, false));

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path base;
  private int control;

  ToxiproxyFaultTest(@TempDir Path base) {
    this.base = base;
  }

  private static @Nullable Path server() {
    String named = System.getProperty("toxiproxy");
    if (named != null) {
      return Path.of(named);
    }
    String places = System.getenv("PATH");
    for (String place : (places == null ? "" : places).split(File.pathSeparator, -1)) {
      Path server = Path.of(place, "toxiproxy-server");
      if (Files.isExecutable(server)) {
        return server;
      }
    }
    return null;
  }

  private void call(String method, String path, String body) throws IOException {
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + control + path))
                  .method(method, HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(path + ": " + response.body()).isBetween(200, 299);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private boolean answers() {
    try {
      call("GET", "/version", "");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The proxy in front of a port. */
  private int proxy(int port) {
    int listen = NettyNetwork.freePort();
    try {
      call(
          "POST",
          "/proxies",
          "{\"name\":\"p%d\",\"listen\":\"127.0.0.1:%d\",\"upstream\":\"127.0.0.1:%d\",\"enabled\":true}"
              .formatted(listen, listen, port));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return listen;
  }

  private void begin(Toxic toxic, int proxy) throws IOException {
    if (toxic.attributes() == null) {
      call("POST", "/proxies/p" + proxy, "{\"enabled\":false}");
      return;
    }
    for (String stream : List.of("upstream", "downstream")) {
      call(
          "POST",
          "/proxies/p" + proxy + "/toxics",
          "{\"name\":\"%s\",\"type\":\"%s\",\"stream\":\"%s\",\"toxicity\":1,\"attributes\":{%s}}"
              .formatted(stream, toxic.name(), stream, toxic.attributes()));
    }
  }

  private void end(Toxic toxic, int proxy) throws IOException {
    if (toxic.attributes() == null) {
      call("POST", "/proxies/p" + proxy, "{\"enabled\":true}");
      return;
    }
    for (String stream : List.of("upstream", "downstream")) {
      call("DELETE", "/proxies/p" + proxy + "/toxics/" + stream, "");
    }
  }

  /** What came of a toxic, and what is wrong with that. */
  private record Row(String line, List<String> wrong) {}

  private Row run(Toxic toxic) throws Exception {
    Path directory = Files.createTempDirectory(base, "toxic-");
    Map<Integer, Integer> proxies = new LinkedHashMap<>();
    int bytes = toxic.name().equals("slicer") ? 1 << 16 : 1 << 18;
    try (FaultNetwork network =
        new FaultNetwork(List.of(BANK, RETAILER), TIMEOUTS, new Talk(3, bytes), directory)) {
      network.ways().forEach(way -> proxies.put(way.port(), proxy(way.port())));
      network.lead(port -> proxies.getOrDefault(port, 0));
      CompletableFuture<Void> talking = new CompletableFuture<>();
      network.observe(
          BANK,
          (to, frame) -> {
            if (toxic.seconds() > 0 && frame.get(0) == 3 && talking.complete(null)) {
              try {
                for (int proxy : proxies.values()) {
                  begin(toxic, proxy);
                }
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            }
          });
      if (toxic.seconds() == 0) {
        for (int proxy : proxies.values()) {
          begin(toxic, proxy);
        }
      }
      CompletableFuture<Void> over = new CompletableFuture<>();
      CompletableFuture<Void> healed =
          talking.thenRunAsync(
              () -> {
                try {
                  over.completeOnTimeout(null, toxic.seconds(), TimeUnit.SECONDS).join();
                  for (int proxy : proxies.values()) {
                    end(toxic, proxy);
                  }
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      SortedMap<PartyId, Outcome> outcomes = network.run();
      if (toxic.seconds() > 0) {
        over.complete(null);
        healed.get(10, TimeUnit.SECONDS);
      }
      StringBuilder line = new StringBuilder();
      line.append(
          String.format(
              "  %-10s %-44s %-8s",
              toxic.name(),
              toxic.attributes() == null ? "" : toxic.attributes().replace("\"", ""),
              toxic.seconds() == 0
                  ? "all along"
                  : toxic.finishes() ? toxic.seconds() + " s" : "for good"));
      List<String> wrong = new ArrayList<>();
      outcomes.forEach(
          (party, outcome) -> {
            line.append(' ').append(party).append(' ').append(outcome.word());
            line.append(' ').append(outcome.seconds()).append(';');
            boolean right = network.expected(party).equals(outcome.result());
            if (toxic.finishes() ? !right : !outcome.word().matches("gave up|told of it")) {
              wrong.add(toxic + ": " + party + " " + outcome);
            }
          });
      if (!toxic.finishes()) {
        network
            .run()
            .forEach(
                (party, outcome) -> {
                  line.append(" again ").append(outcome.word());
                  if (!network.expected(party).equals(outcome.result())) {
                    wrong.add(toxic + ": " + party + " does not go on: " + outcome);
                  }
                });
      }
      return new Row(line.toString(), wrong);
    }
  }

  @Test
  void session_throughToxiproxy_finishesOrIsGivenUpAndGoesOn() throws Exception {
    Path server = server();
    if (server == null) {
      String words =
          "toxiproxy: %d faults SKIPPED, no toxiproxy-server on the PATH or in -Dtoxiproxy"
              .formatted(TOXICS.size());
      System.out.println(words);
      Assumptions.abort(words);
      return;
    }
    control = NettyNetwork.freePort();
    Process process =
        new ProcessBuilder(server.toString(), "-host", "127.0.0.1", "-port", "" + control)
            .redirectOutput(base.resolve("toxiproxy.log").toFile())
            .redirectErrorStream(true)
            .start();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Row> rows = new ArrayList<>();
    try {
      await().atMost(Duration.ofSeconds(20)).until(this::answers);
      List<Future<Row>> running = new ArrayList<>();
      TOXICS.forEach(toxic -> running.add(threads.submit(() -> run(toxic))));
      for (Future<Row> row : running) {
        rows.add(row.get());
      }
    } finally {
      threads.shutdownNow();
      process.destroyForcibly();
    }
    System.out.println("toxiproxy: " + rows.size() + " faults");
    rows.forEach(row -> System.out.println(row.line()));
    assertThat(rows).flatExtracting(Row::wrong).isEmpty();
  }
}
