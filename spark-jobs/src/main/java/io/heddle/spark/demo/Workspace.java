// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import io.heddle.config.Overrides;
import io.heddle.error.ConfigurationException;
import io.heddle.identity.IdentityMaker;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * The demo's folder: one folder for each party, as it would lie at that organisation, with its
 * identity, its configuration, the job file and its own table. Nothing in one party's folder points
 * to another's.
 */
final class Workspace {
  private static final String MARKER = ".heddle-demo";

  /** What the demo decides, so that the parties find each other. */
  private static final List<String> OWN_KEYS =
      List.of("party", "parties", "label-holder", "test-fraction", "seed");

  private static final List<String> OWN_GROUPS =
      List.of(
          "listen.",
          "identity.",
          "proxy.",
          "peers.",
          "data.id",
          "data.label",
          "data.weight",
          "trace.");

  /** Keys whose values are lists, which HOCON writes differently from the command line. */
  private static final List<String> LISTS = List.of("data.columns", "psi.normalise");

  private final Path root;
  private final List<PartyFolder> parties;

  /**
   * One party's folder.
   *
   * @param party whose
   * @param directory everything of this party lies under it
   * @param table the party's own copy of its table
   */
  record PartyFolder(PartyId party, Path directory, Path table) {
    Path config() {
      return directory.resolve("heddle.conf");
    }

    Path job() {
      return directory.resolve("job.conf");
    }

    Path model() {
      return directory.resolve("model");
    }

    Path output() {
      return directory.resolve("output");
    }

    Path trace() {
      return directory.resolve("trace");
    }
  }

  private Workspace(Path root, List<PartyFolder> parties) {
    this.root = root;
    this.parties = parties;
  }

  Path root() {
    return root;
  }

  /** The label holder's first. */
  List<PartyFolder> parties() {
    return List.copyOf(parties);
  }

  /**
   * Lays everything out anew.
   *
   * @throws ConfigurationException if the folder holds something that no demo made, a table is
   *     missing, or a setting is unknown or the demo's own
   */
  static Workspace create(DemoRequest request, IdentityMaker identities) {
    Overrides overrides = Overrides.ofArguments(request.assignments());
    overrides.forParty().keySet().forEach(Workspace::refuseOwnKey);
    overrides.forJob().keySet().forEach(Workspace::refuseOwnKey);
    Path root = request.out().toAbsolutePath().normalize();
    try {
      checkTables(request);
      prepare(root);
      Workspace workspace = new Workspace(root, new ArrayList<>());
      workspace.placeTables(request);
      workspace.configure(request, overrides, identities);
      return workspace;
    } catch (IOException e) {
      throw new ConfigurationException(
          "Cannot write the demo's folder " + root + ": " + e.getMessage(), e);
    }
  }

  private static void refuseOwnKey(String key) {
    if (OWN_KEYS.contains(key) || OWN_GROUPS.stream().anyMatch(key::startsWith)) {
      throw new ConfigurationException(
          "Invalid --set " + key + ": the demo sets it itself, for each party or by an option");
    }
    if (key.equals("gbt.objective") || key.equals("gbt.classWeight")) {
      throw new ConfigurationException(
          "Invalid --set " + key + ": the demo compares the AUC of two classes of equal weight");
    }
  }

  private static void checkTables(DemoRequest request) {
    Stream.concat(
            Stream.ofNullable(request.labelHolderFile()), request.featureHolderFiles().stream())
        .filter(file -> !Files.exists(file))
        .findFirst()
        .ifPresent(
            file -> {
              throw new ConfigurationException("No file " + file);
            });
  }

  private static void prepare(Path root) throws IOException {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new ConfigurationException("--out " + root + " is a file: must be a folder");
    }
    if (Files.exists(root.resolve(MARKER))) {
      delete(root);
    } else if (Files.exists(root)) {
      try (Stream<Path> entries = Files.list(root)) {
        if (entries.findAny().isPresent()) {
          throw new ConfigurationException(
              "--out "
                  + root
                  + " holds files that no demo wrote: must be empty, new, or an earlier demo's");
        }
      }
    }
    Files.createDirectories(root);
    Files.writeString(
        root.resolve(MARKER), "`heddle demo` made this folder and replaces it as a whole.\n");
  }

  private void placeTables(DemoRequest request) throws IOException {
    Path labelHolderFile = request.labelHolderFile();
    if (labelHolderFile == null) {
      PartyFolder bank = add("bank", "data.csv");
      PartyFolder retailer = add("retailer", "data.csv");
      DemoData.generate(DemoData.CUSTOMERS, DemoData.COMMON, request.seed())
          .write(bank.table(), retailer.table());
      return;
    }
    copy(labelHolderFile, add("label-holder", copyName(labelHolderFile)).table());
    List<Path> others = request.featureHolderFiles();
    for (int i = 0; i < others.size(); i++) {
      copy(others.get(i), add("feature-holder-" + (i + 1), copyName(others.get(i))).table());
    }
  }

  private PartyFolder add(String name, String tableName) throws IOException {
    Path directory = Files.createDirectory(root.resolve(name));
    PartyFolder folder =
        new PartyFolder(new PartyId(name), directory, directory.resolve(tableName));
    parties.add(folder);
    return folder;
  }

  /** Its ending tells readers which format a table has; a folder of part files is Parquet. */
  private static String copyName(Path table) {
    String name = table.getFileName().toString();
    return Files.isDirectory(table) || name.endsWith(".parquet") ? "data.parquet" : "data.csv";
  }

  private void configure(DemoRequest request, Overrides overrides, IdentityMaker identities)
      throws IOException {
    Map<PartyId, String> fingerprints = new LinkedHashMap<>();
    for (PartyFolder folder : parties) {
      fingerprints.put(folder.party(), identities.make(folder.party(), folder.directory()));
    }
    List<Integer> ports = freePorts(parties.size());
    String id = request.idColumn() == null ? DemoData.ID : request.idColumn();
    String label = request.labelColumn() == null ? DemoData.LABEL : request.labelColumn();
    String job = jobFile(request, overrides.forJob());
    for (int i = 0; i < parties.size(); i++) {
      PartyFolder folder = parties.get(i);
      Map<String, Object> settings = new LinkedHashMap<>();
      settings.put("party", folder.party().name());
      settings.put("listen.host", "127.0.0.1");
      settings.put("listen.port", ports.get(i));
      settings.put("identity.key-store", "identity.p12");
      settings.put("identity.password-file", "identity.password");
      for (int j = 0; j < parties.size(); j++) {
        PartyId peer = parties.get(j).party();
        if (j != i) {
          settings.put(
              ConfigUtil.joinPath("peers", peer.name(), "address"), "127.0.0.1:" + ports.get(j));
          settings.put(
              ConfigUtil.joinPath("peers", peer.name(), "fingerprint"),
              String.valueOf(fingerprints.get(peer)));
        }
      }
      settings.put("data.id", List.of(id.split(",", -1)));
      if (i == 0) {
        settings.put("data.label", label);
      }
      // The comparison with training in the clear needs every pass; an ordinary run leaves none.
      settings.put("trace.dir", folder.trace().toString());
      Files.writeString(folder.config(), render(settings, overrides.forParty()));
      Files.writeString(folder.job(), job);
    }
  }

  private String jobFile(DemoRequest request, SortedMap<String, String> overrides) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("job.name", "demo");
    settings.put("parties", parties.stream().map(folder -> folder.party().name()).toList());
    settings.put("label-holder", parties.get(0).party().name());
    settings.put("test-fraction", request.testFraction());
    settings.put("seed", request.seed());
    if ("gbt".equals(overrides.get("algorithm"))) {
      // The report sets the trees beside XGBoost's, which have all columns from the first one on.
      settings.put("gbt.firstTreeAlone", false);
    }
    return render(settings, overrides);
  }

  private static String render(Map<String, Object> settings, SortedMap<String, String> overrides) {
    overrides.forEach(
        (key, value) ->
            settings.put(key, LISTS.contains(key) ? List.of(value.split("\\s*,\\s*", -1)) : value));
    return ConfigFactory.parseMap(settings)
        .root()
        .render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
  }

  /** Ports nobody listens on; all are held until all are found, so that they differ. */
  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  /** No party keeps a model that another could not finish. */
  void deleteModels() {
    for (PartyFolder folder : parties) {
      try {
        if (Files.exists(folder.model())) {
          delete(folder.model());
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot delete " + folder.model(), e);
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()).normalize());
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
