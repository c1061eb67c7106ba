// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.heddle.error.ConfigurationException;
import io.heddle.party.BinsConsent;
import io.heddle.party.PartyId;
import io.heddle.party.PredictorConsent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one party decides for itself: who it is, whom it knows, what it permits and where its data
 * stand. Read from its own {@code heddle.conf} (HOCON), which no other party sees. Holds no secret,
 * only the places of key files. Immutable.
 *
 * @param file where it was read
 * @param party this party's name
 * @param listen where this party takes connections, if it takes any
 * @param identity the key files
 * @param proxy the gateway for connections that this party dials; null for none
 * @param peers whom this party knows; the key is the peer's name
 * @param timeouts how long to wait for what
 * @param privacy this party's own rules, which no job can lower
 * @param data which columns of the own table take part
 * @param monotoneConstraints of own columns, for boosted trees of jobs in which this party is the
 *     label holder
 * @param leafCol the column of its scores by boosted trees that tells each row's leaves, if this
 *     party is the label holder; null, the default, for none
 * @param sources where the own rows are, if in no file
 * @param checkpoints what this party keeps of a job, to go on with it after a crash
 * @param blobs how large messages go beside the links
 * @param oprf what is kept for intersections with a cached side
 * @param ledger what this party writes down of its intersections
 * @param traceDirectory where a run may leave its own intermediate coefficients for comparison with
 *     training in the clear; null, the default, for nowhere
 */
public record PartyConfig(
    Path file,
    PartyId party,
    Listen listen,
    KeyFiles identity,
    @Nullable Proxy proxy,
    SortedMap<PartyId, Peer> peers,
    Timeouts timeouts,
    Privacy privacy,
    Data data,
    MonotoneConstraints monotoneConstraints,
    @Nullable String leafCol,
    DataSources sources,
    Checkpoints checkpoints,
    BlobSettings blobs,
    Oprf oprf,
    Ledger ledger,
    @Nullable Path traceDirectory) {

  /** The largest {@link Peer#psiQuota}. */
  public static final long MOST_QUOTA = 1L << 40;

  private static final String HTTP = "http://";
  private static final String SOCKS = "socks5://";
  private static final String NO_LEDGER = "none";
  private static final Pattern SCORE_COLUMN =
      Pattern.compile(
          "(rawPrediction|prediction|probability(_[0-9]+)?|heddle_.*)", Pattern.CASE_INSENSITIVE);
  private static final Pattern FINGERPRINT = Pattern.compile("sha256:[0-9a-f]{64}");

  /**
   * One port takes all connections of the peers; nothing listens where this party {@link #isDialled
   * is never dialled}.
   *
   * @param webSocket whether they may come by WebSocket as well
   */
  public record Listen(String host, int port, boolean webSocket) {}

  /** Which of the two links with a peer, one for the messages of each, this party dials. */
  public enum Dialling {
    /** The one on which it sends. The peer dials the other, by the same setting. */
    OWN,
    /** Both. The peer has {@link #NEVER}. */
    BOTH,
    /** None. The peer has {@link #BOTH}. */
    NEVER;

    /** As it is written in a file. */
    public String word() {
      return Settings.word(this);
    }
  }

  /** What carries the TLS of a link. */
  public enum Transport {
    TCP,
    /** For a gateway that lets only HTTP through. */
    WEBSOCKET
  }

  /**
   * What makes the same command go on after a crash.
   *
   * @param directory where all jobs of this party keep theirs, encrypted under its identity key; on
   *     a disk that the next driver finds as well
   * @param keep whether anything is kept
   */
  public record Checkpoints(Path directory, boolean keep) {}

  /**
   * Large messages, which go from store to store.
   *
   * @param fromBytes what this party sends to each peer in one go is large from here on
   * @param quotaBytes how much its own store may hold, and each of its exchanges
   * @param exchanges where this party's processes for them are, as its other processes reach them;
   *     empty if its driver takes them
   */
  public record BlobSettings(long fromBytes, long quotaBytes, List<Address> exchanges) {
    /** Below it a file for each blob costs more than it saves. */
    public static final long USUAL_FROM_BYTES = 8L << 20;

    public BlobSettings {
      exchanges = List.copyOf(exchanges);
    }
  }

  /**
   * A company's gateway for outgoing connections.
   *
   * @param socks whether it speaks SOCKS5, and not HTTP
   * @param host name or address; an IPv6 address without brackets
   * @param port 1 to 65535
   * @param user null for a proxy that asks for none
   * @param passwordFile the user's password is its first line; readable by its owner only; not read
   *     if there is no user
   */
  public record Proxy(
      boolean socks, String host, int port, @Nullable String user, Path passwordFile) {
    /** As it is written in a file. */
    public String address() {
      return (socks ? SOCKS : HTTP) + new Address(host, port);
    }
  }

  /** A PKCS#12 key store and the file with its password, both readable by their owner only. */
  public record KeyFiles(Path keyStore, Path passwordFile) {}

  /**
   * A party this one knows.
   *
   * @param address where it listens; null only if this party does not dial it
   * @param fingerprint {@code sha256:} and 64 lower-case hexadecimal digits, the hash of the public
   *     key that the peer proves to hold
   * @param throughProxy whether it is dialled through this party's proxy, if there is one
   * @param transport on what it is dialled
   * @param dialling which links with it this party dials
   * @param exchanges its processes for large messages, as this party reaches them; empty if its
   *     driver takes them
   * @param semiHonest whether this party takes it as one that follows protocols; against one that
   *     does not, some that are faster are not run
   * @param psiQuota how many ids it may bring to this party's intersections within the {@link
   *     Ledger#quotaPeriod}; null for no bound
   */
  public record Peer(
      @Nullable Address address,
      String fingerprint,
      boolean throughProxy,
      Transport transport,
      Dialling dialling,
      List<Address> exchanges,
      boolean semiHonest,
      @Nullable Long psiQuota) {
    public Peer {
      exchanges = List.copyOf(exchanges);
      if (address == null && dialling != Dialling.NEVER) {
        throw new IllegalArgumentException("A peer that is dialled needs an address");
      }
    }

    /**
     * Reads a peer as it is written in a file or on the command line.
     *
     * @param address {@code host:port}, an IPv6 address in brackets; null only for a peer that is
     *     not dialled
     * @throws IllegalArgumentException saying what is allowed
     */
    public static Peer parse(@Nullable String address, String fingerprint, Dialling dialling) {
      Address where = address == null ? null : Address.parse(address);
      if (where == null && (address != null || dialling != Dialling.NEVER)) {
        throw new IllegalArgumentException(
            (address == null ? "Missing address" : "Invalid address " + address)
                + ": must be host:port with a port from 1 to 65535");
      }
      if (!FINGERPRINT.matcher(fingerprint).matches()) {
        throw new IllegalArgumentException(
            "Invalid fingerprint "
                + fingerprint
                + ": must be sha256: and 64 lower-case hexadecimal digits, as `heddle init` prints"
                + " it");
      }
      return new Peer(where, fingerprint, true, Transport.TCP, dialling, List.of(), true, null);
    }

    /** Where it is, for people: at its address, or that it comes by itself. */
    public String place() {
      return dialling == Dialling.NEVER ? "which dials this party" : "at " + address;
    }

    /** Under this address, but on the way on which another one is dialled. */
    public Peer reachedAs(Peer other) {
      return new Peer(
          address,
          fingerprint,
          other.throughProxy,
          other.transport,
          dialling,
          other.exchanges,
          other.semiHonest,
          other.psiQuota);
    }

    /** The same with this quota; null for no bound. */
    public Peer withPsiQuota(@Nullable Long quota) {
      return new Peer(
          address, fingerprint, throughProxy, transport, dialling, exchanges, semiHonest, quota);
    }

    /** What a file says of it, by the last words of the keys; nothing that is so by default. */
    public SortedMap<String, String> settings() {
      SortedMap<String, String> all = new TreeMap<>();
      if (address != null) {
        all.put("address", address.toString());
      }
      all.put("fingerprint", fingerprint);
      if (dialling != Dialling.OWN) {
        all.put("dial", dialling.word());
      }
      if (!throughProxy) {
        all.put("proxy", "false");
      }
      if (transport != Transport.TCP) {
        all.put("transport", Settings.word(transport));
      }
      if (!exchanges.isEmpty()) {
        all.put("exchanges", written(exchanges));
      }
      if (!semiHonest) {
        all.put("semi-honest", "false");
      }
      if (psiQuota != null) {
        all.put("psi-quota", psiQuota.toString());
      }
      return all;
    }
  }

  /**
   * How long to wait.
   *
   * @param connect for a peer to appear
   * @param handshake for a connection to prove who it is
   * @param idle without a sign of life before a link counts as lost
   * @param receive for one message of a peer that is there: the longest it may compute
   * @param reconnect for a lost link to come back
   */
  public record Timeouts(
      Duration connect, Duration handshake, Duration idle, Duration receive, Duration reconnect) {}

  /**
   * This party's rules.
   *
   * @param minKeyBits the shortest Paillier key it works with: 2048, 3072 or 4096
   * @param minIntersection fewer common ids end the job before anything else is shared
   * @param maxPeerSetSize a peer with more ids is refused
   * @param labelRowsPerColumn the label holder's floor of training rows for each column of a
   *     feature holder (design: 50; no less than 10)
   * @param predictor what a feature holder permits of its own linear predictor
   * @param bins what it permits of its own bins
   */
  public record Privacy(
      int minKeyBits,
      int minIntersection,
      int maxPeerSetSize,
      int labelRowsPerColumn,
      PredictorConsent predictor,
      BinsConsent bins) {}

  /**
   * What this party keeps for {@code psi.protocol = ecdh-oprf}: as a sender a key for each peer, as
   * a receiver the peer's tags.
   *
   * @param directory where; one for each table, as a peer has one key at a time in it
   * @param keyLifetime for how long a key is used
   * @param maxQueries how many ids a peer may ask for in that time
   */
  public record Oprf(Path directory, Duration keyLifetime, int maxQueries) {}

  /**
   * What this party writes down of its intersections.
   *
   * @param file null for nothing, without which no peer has a quota
   * @param quotaPeriod the time over which quotas of peers count
   */
  public record Ledger(@Nullable Path file, Duration quotaPeriod) {}

  /**
   * Columns of the own table.
   *
   * @param id the columns that together name a row; empty if not set
   * @param label the label column; null at a feature holder
   * @param weight the column of row weights, which count where labels are; null if rows weigh alike
   * @param columns the columns that take part; empty for all that are not named above
   */
  public record Data(
      List<String> id, @Nullable String label, @Nullable String weight, List<String> columns) {
    public Data {
      id = List.copyOf(id);
      columns = List.copyOf(columns);
    }

    /**
     * The label column of a label holder.
     *
     * @throws ConfigurationException if it is not set
     */
    public String requiredLabel() {
      if (label == null) {
        throw new ConfigurationException(
            "Missing setting data.label: the label holder must name its label column");
      }
      return label;
    }

    /**
     * The columns that take part, in the order of the setting or of the table.
     *
     * @param present all columns of the table, which may lack some that are set
     */
    public List<String> features(List<String> present) {
      return columns.isEmpty()
          ? present.stream()
              .filter(name -> !id.contains(name) && !name.equals(label) && !name.equals(weight))
              .toList()
          : columns;
    }
  }

  public PartyConfig {
    peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
  }

  /**
   * Reads and checks a party's file.
   *
   * @param overrides what goes before the file; settings of the job among them are passed over
   * @throws ConfigurationException if the file cannot be read, holds an unknown key, or a value is
   *     missing or not allowed
   */
  public static PartyConfig load(Path file, Overrides overrides) {
    Settings settings = Settings.read(file, Keys.PARTY, overrides);
    PartyId party = partyId(settings, "party", settings.text("party", "this party's name"));
    return new PartyConfig(
        file,
        party,
        new Listen(
            settings.text("listen.host", "0.0.0.0", "a host name or address of this machine"),
            (int) settings.integer("listen.port", 7717, 1, 65535),
            settings.flag("listen.websocket", false)),
        new KeyFiles(
            settings.path("identity.key-store", "identity.p12"),
            settings.path("identity.password-file", "identity.password")),
        proxy(settings),
        peers(settings, party),
        timeouts(settings),
        privacy(settings),
        data(settings),
        monotoneConstraints(settings),
        leafCol(settings),
        DataSources.read(settings),
        new Checkpoints(
            settings.path("checkpoint.dir", "checkpoints"), settings.flag("checkpoint.keep", true)),
        new BlobSettings(
            settings.integer("blobs.from-bytes", BlobSettings.USUAL_FROM_BYTES, 0, Long.MAX_VALUE),
            settings.integer("blobs.quota-bytes", 64L << 30, 1 << 20, Long.MAX_VALUE),
            addresses(settings, "blobs.exchanges")),
        new Oprf(
            settings.path("psi.oprf.directory", "oprf"),
            settings.duration(
                "psi.oprf.key-lifetime",
                Duration.ofDays(7),
                Duration.ofMinutes(1),
                Duration.ofDays(365)),
            (int) settings.integer("psi.oprf.max-queries", 1_000_000, 1, Integer.MAX_VALUE)),
        new Ledger(
            hasLedger(settings) ? settings.path("psi.ledger", "psi-ledger.jsonl") : null,
            settings.duration(
                "psi.quota-period",
                Duration.ofDays(30),
                Duration.ofHours(1),
                Duration.ofDays(3650))),
        settings.optionalPath("trace.dir"));
  }

  private static boolean hasLedger(Settings settings) {
    return !settings.text("psi.ledger", "", "a path, or " + NO_LEDGER).equals(NO_LEDGER);
  }

  private static @Nullable Proxy proxy(Settings settings) {
    String key = "proxy.address";
    if (!settings.has(key)) {
      for (String other : List.of("proxy.user", "proxy.password-file")) {
        if (settings.has(other)) {
          throw settings.invalid(other, "left out where there is no " + key);
        }
      }
      return null;
    }
    String address = settings.text(key, "an address");
    boolean socks = address.startsWith(SOCKS);
    Address where =
        socks || address.startsWith(HTTP)
            ? Address.parse(address.substring((socks ? SOCKS : HTTP).length()))
            : null;
    if (where == null) {
      // Many write user and password into it.
      throw settings.invalidHidden(
          key,
          "http://host:port or socks5://host:port; a user and a password belong into proxy.user and"
              + " the file of proxy.password-file");
    }
    String user =
        settings.has("proxy.user")
            ? settings.text("proxy.user", "a user's name, without colons")
            : null;
    if (user != null && (user.indexOf(':') >= 0 || user.getBytes(UTF_8).length > 255)) {
      throw settings.invalid("proxy.user", "at most 255 bytes without colons");
    }
    return new Proxy(
        socks,
        where.host(),
        where.port(),
        user,
        settings.path("proxy.password-file", "proxy.password"));
  }

  private static SortedMap<PartyId, Peer> peers(Settings settings, PartyId self) {
    SortedMap<PartyId, Peer> peers = new TreeMap<>();
    for (String name : settings.names("peers")) {
      String address = "peers." + name + ".address";
      String fingerprint = "peers." + name + ".fingerprint";
      Dialling dialling = settings.choice("peers." + name + ".dial", Dialling.OWN);
      String where =
          dialling == Dialling.NEVER && !settings.has(address)
              ? null
              : settings.text(address, "host:port");
      String print = settings.text(fingerprint, "sha256: and 64 lower-case hexadecimal digits");
      PartyId peer = partyId(settings, fingerprint, name);
      if (peer.equals(self)) {
        throw settings.invalid(fingerprint, "another party: " + self + " is this party itself");
      }
      try {
        Peer read = Peer.parse(where, print, dialling);
        peers.put(
            peer,
            new Peer(
                read.address(),
                read.fingerprint(),
                settings.flag("peers." + name + ".proxy", true),
                settings.choice("peers." + name + ".transport", Transport.TCP),
                dialling,
                addresses(settings, "peers." + name + ".exchanges"),
                settings.flag(semiHonestKey(name), true),
                psiQuota(settings, name)));
      } catch (IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        String allowed = message.substring(message.indexOf(": must be ") + 10);
        throw settings.invalid(
            message.startsWith("Invalid address") ? address : fingerprint, allowed);
      }
    }
    return peers;
  }

  private static @Nullable Long psiQuota(Settings settings, String peer) {
    String key = "peers." + peer + ".psi-quota";
    if (!settings.has(key)) {
      return null;
    }
    if (!hasLedger(settings)) {
      throw settings.invalid(
          key, "left out where psi.ledger = " + NO_LEDGER + ", for nothing is counted there");
    }
    return settings.integer(key, 1, 1, MOST_QUOTA);
  }

  static String semiHonestKey(String peer) {
    return "peers." + peer + ".semi-honest";
  }

  /** How many ids each peer may bring to intersections; one that is not named has no bound. */
  public SortedMap<PartyId, Long> psiQuotas() {
    SortedMap<PartyId, Long> quotas = new TreeMap<>();
    peers.forEach(
        (name, peer) -> {
          if (peer.psiQuota() != null) {
            quotas.put(name, peer.psiQuota());
          }
        });
    return quotas;
  }

  /** Whether this party takes all of the others as ones that follow protocols. */
  public boolean takesAsSemiHonest(Collection<PartyId> parties) {
    return parties.stream()
        .allMatch(
            other -> other.equals(party) || (peers.containsKey(other) && isSemiHonest(other)));
  }

  private boolean isSemiHonest(PartyId other) {
    return Objects.requireNonNull(peers.get(other)).semiHonest();
  }

  /** A list, or one text with commas. */
  private static List<Address> addresses(Settings settings, String key) {
    String allowed = "host:port, or a list of them";
    List<Address> all = new ArrayList<>();
    for (String some : settings.list(key, allowed)) {
      for (String each : some.split(",", -1)) {
        Address address = Address.parse(each.strip());
        if (address == null || all.contains(address)) {
          throw settings.invalid(key, allowed + ", none twice");
        }
        all.add(address);
      }
    }
    return all;
  }

  private static String written(List<Address> addresses) {
    return addresses.stream().map(Address::toString).collect(Collectors.joining(","));
  }

  private static Timeouts timeouts(Settings settings) {
    Duration shortest = Duration.ofMillis(100);
    Duration day = Duration.ofDays(1);
    return new Timeouts(
        settings.duration("channel.connect-timeout", Duration.ofMinutes(10), shortest, day),
        settings.duration("channel.handshake-timeout", Duration.ofSeconds(10), shortest, day),
        settings.duration("channel.idle-timeout", Duration.ofSeconds(60), shortest, day),
        settings.duration("channel.receive-timeout", Duration.ofHours(2), shortest, day),
        settings.duration("channel.reconnect-timeout", Duration.ofMinutes(10), shortest, day));
  }

  private static Privacy privacy(Settings settings) {
    int minKeyBits = (int) settings.integer("privacy.min-key-bits", 2048, 2048, 4096);
    if (minKeyBits % 1024 != 0) {
      throw settings.invalid("privacy.min-key-bits", "2048, 3072 or 4096");
    }
    return new Privacy(
        minKeyBits,
        (int) settings.integer("privacy.min-intersection", 1, 1, Integer.MAX_VALUE),
        (int) settings.integer("privacy.max-peer-set-size", 10_000_000, 1, 1 << 25),
        (int) settings.integer("privacy.consent.labels", 50, 10, 1_000_000),
        settings.choice("privacy.consent.predictor", PredictorConsent.LIMITED),
        settings.choice("privacy.consent.bins", BinsConsent.LIMITED));
  }

  private static Data data(Settings settings) {
    String label = columnIfAny(settings, "data.label");
    String weight = columnIfAny(settings, "data.weight");
    Data data =
        new Data(
            settings.list("data.id", "a column name or a list of them"),
            label,
            weight,
            settings.list("data.columns", "a list of column names"));
    for (String key : List.of("data.id", "data.columns")) {
      List<String> named = key.equals("data.id") ? data.id() : data.columns();
      if (label != null && named.contains(label)) {
        throw settings.invalid(key, "columns other than data.label");
      }
      if (weight != null && named.contains(weight)) {
        throw settings.invalid(key, "columns other than data.weight");
      }
    }
    if (weight != null && weight.equals(label)) {
      throw settings.invalid("data.weight", "a column other than data.label");
    }
    if (data.columns().stream().anyMatch(data.id()::contains)) {
      throw settings.invalid("data.columns", "columns other than those of data.id");
    }
    return data;
  }

  private static @Nullable String columnIfAny(Settings settings, String key) {
    return settings.has(key) ? settings.text(key, "a column name") : null;
  }

  private static MonotoneConstraints monotoneConstraints(Settings settings) {
    String key = "gbt.monotoneConstraints";
    try {
      return MonotoneConstraints.parse(
          settings.list(key, MonotoneConstraints.ALLOWED).stream()
              .flatMap(text -> Stream.of(text.split(",", -1)))
              .toList());
    } catch (IllegalArgumentException e) {
      throw settings.invalid(key, MonotoneConstraints.ALLOWED);
    }
  }

  /** Spark takes names for the same whatever their case. */
  private static @Nullable String leafCol(Settings settings) {
    String key = "gbt.leafCol";
    String name = columnIfAny(settings, key);
    if (name == null) {
      return null;
    }
    for (String id : settings.list("data.id", "a column name or a list of them")) {
      if (name.equalsIgnoreCase(id)) {
        throw settings.invalid(key, "a column other than those of data.id");
      }
    }
    if (SCORE_COLUMN.matcher(name).matches()) {
      throw settings.invalid(
          key, "a column other than those that scores have: prediction, probability and such");
    }
    return name;
  }

  static PartyId partyId(Settings settings, String key, String name) {
    try {
      return new PartyId(name);
    } catch (IllegalArgumentException e) {
      throw settings.invalid(
          key, "1 to 63 lower-case letters, digits and hyphens, starting with a letter");
    }
  }

  /** Whether any peer dials this party; one that knows none yet will be dialled. */
  public boolean isDialled() {
    return peers.isEmpty()
        || peers.values().stream().anyMatch(peer -> peer.dialling() != Dialling.BOTH);
  }

  /** The settings that this party's messages and results depend on, in one text. */
  public String resultSettings() {
    SortedMap<String, String> all = new TreeMap<>(effective());
    all.keySet()
        .removeIf(
            key ->
                !(key.startsWith("data.") && DataSources.tellsRows(key))
                    && !key.startsWith("privacy.")
                    && !(key.startsWith("gbt.") && !key.equals("gbt.leafCol"))
                    && !key.endsWith(".semi-honest"));
    return all.toString();
  }

  /** Every setting with the value that counts, as {@code heddle config check} prints it. */
  public SortedMap<String, String> effective() {
    SortedMap<String, String> all = new TreeMap<>();
    all.put("party", party.name());
    if (isDialled()) {
      all.put("listen.host", listen.host());
      all.put("listen.port", String.valueOf(listen.port()));
      all.put("listen.websocket", String.valueOf(listen.webSocket()));
    }
    all.put("identity.key-store", identity.keyStore().toString());
    all.put("identity.password-file", identity.passwordFile().toString());
    if (proxy != null) {
      all.put("proxy.address", proxy.address());
      if (proxy.user() != null) {
        all.put("proxy.user", proxy.user());
        all.put("proxy.password-file", proxy.passwordFile().toString());
      }
    }
    peers.forEach(
        (name, peer) -> {
          peer.settings().forEach((key, value) -> all.put("peers." + name + "." + key, value));
        });
    all.put("channel.connect-timeout", Settings.inSeconds(timeouts.connect()));
    all.put("channel.handshake-timeout", Settings.inSeconds(timeouts.handshake()));
    all.put("channel.idle-timeout", Settings.inSeconds(timeouts.idle()));
    all.put("channel.receive-timeout", Settings.inSeconds(timeouts.receive()));
    all.put("channel.reconnect-timeout", Settings.inSeconds(timeouts.reconnect()));
    all.put("privacy.min-key-bits", String.valueOf(privacy.minKeyBits()));
    all.put("privacy.min-intersection", String.valueOf(privacy.minIntersection()));
    all.put("privacy.max-peer-set-size", String.valueOf(privacy.maxPeerSetSize()));
    all.put("privacy.consent.labels", String.valueOf(privacy.labelRowsPerColumn()));
    all.put("privacy.consent.predictor", Settings.word(privacy.predictor()));
    all.put("privacy.consent.bins", Settings.word(privacy.bins()));
    all.put("data.id", String.join(",", data.id()));
    all.put("data.columns", String.join(",", data.columns()));
    if (data.label() != null) {
      all.put("data.label", data.label());
    }
    if (data.weight() != null) {
      all.put("data.weight", data.weight());
    }
    if (!monotoneConstraints.isEmpty()) {
      all.put("gbt.monotoneConstraints", monotoneConstraints.toString());
    }
    if (leafCol != null) {
      all.put("gbt.leafCol", leafCol);
    }
    all.putAll(sources.effective());
    all.put("checkpoint.dir", checkpoints.directory().toString());
    all.put("checkpoint.keep", String.valueOf(checkpoints.keep()));
    all.put("blobs.from-bytes", String.valueOf(blobs.fromBytes()));
    all.put("blobs.quota-bytes", String.valueOf(blobs.quotaBytes()));
    if (!blobs.exchanges().isEmpty()) {
      all.put("blobs.exchanges", written(blobs.exchanges()));
    }
    all.put("psi.oprf.directory", oprf.directory().toString());
    all.put("psi.oprf.key-lifetime", Settings.inSeconds(oprf.keyLifetime()));
    all.put("psi.oprf.max-queries", String.valueOf(oprf.maxQueries()));
    all.put("psi.ledger", ledger.file() == null ? NO_LEDGER : ledger.file().toString());
    all.put("psi.quota-period", Settings.inSeconds(ledger.quotaPeriod()));
    if (traceDirectory != null) {
      all.put("trace.dir", traceDirectory.toString());
    }
    return all;
  }
}
