// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import com.typesafe.config.ConfigUtil;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.config.PartyConfig.Dialling;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code heddle peer}. Keeps the peers in {@code peers.conf} beside {@code heddle.conf}, which
 * includes it, so that the comments of the latter stay.
 */
@Command(
    name = "peer",
    mixinStandardHelpOptions = true,
    description = "Edits whom this party knows.",
    subcommands = {
      PeerSubcommand.Add.class,
      PeerSubcommand.Listing.class,
      PeerSubcommand.Remove.class
    })
final class PeerSubcommand implements Runnable {
  private static final String INCLUDE = "include \"peers.conf\"";

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Missing command: must be add, list or remove");
  }

  /** The file that every one of these commands works on. */
  abstract static class OnConfig implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "This party's file (default: heddle.conf).")
    Path config = Path.of("heddle.conf");

    PartyConfig load() {
      return PartyConfig.load(config, Overrides.NONE);
    }

    PrintWriter out() {
      return spec.commandLine().getOut();
    }

    /** Writes the peers, and takes that back if the party's file does not then read that way. */
    void write(SortedMap<PartyId, PartyConfig.Peer> peers) {
      Path file = config.toAbsolutePath().resolveSibling("peers.conf");
      StringBuilder text = new StringBuilder("# Written by `heddle peer`.\n");
      peers.forEach(
          (name, peer) ->
              text.append("peers.")
                  .append(name)
                  .append(
                      peer.settings().entrySet().stream()
                          .map(each -> each.getKey() + " = " + quote(each.getValue()))
                          .collect(Collectors.joining(", ", " { ", " }\n"))));
      try {
        String before = Files.exists(file) ? Files.readString(file) : null;
        replace(file, text.toString());
        boolean taken = false;
        try {
          taken = load().peers().equals(peers);
        } finally {
          if (!taken && before != null) {
            replace(file, before);
          } else if (!taken) {
            Files.delete(file);
          }
        }
        if (!taken) {
          throw new ConfigurationException(
              "The file "
                  + config
                  + " must have the line "
                  + INCLUDE
                  + " and name no peers itself");
        }
      } catch (IOException e) {
        throw new ConfigurationException("Cannot write " + file, e);
      }
    }

    private static String quote(String value) {
      return ConfigUtil.quoteString(value);
    }

    private static void replace(Path file, String text) throws IOException {
      Path temporary = Files.createTempFile(file.getParent(), ".peers", ".tmp");
      try {
        Files.writeString(temporary, text);
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
  }

  /** {@code heddle peer add}. */
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Adds a peer, or changes the one of that name.")
  static final class Add extends OnConfig {
    @Parameters(paramLabel = "NAME", description = "The peer's name for itself.")
    private @Nullable String name;

    @Option(
        names = "--address",
        paramLabel = "HOST:PORT",
        description = "Where it listens; not needed with --dial never.")
    private @Nullable String address;

    @Option(
        names = "--dial",
        paramLabel = "own|both|never",
        description =
            "Which of the two links with it this party dials: own, where both can be dialled; both, where nobody can"
                + " dial this party, and the peer has never; never, the other way round (default: own, or as before).")
    private @Nullable String dial;

    @Option(
        names = "--fingerprint",
        required = true,
        paramLabel = "sha256:HEX",
        description = "As its `heddle init` printed it.")
    private @Nullable String fingerprint;

    @Option(
        names = "--psi-quota",
        paramLabel = "IDS|none",
        description =
            "How many ids it may bring to all intersections within psi.quota-period (default: none, or as before).")
    private @Nullable String psiQuota;

    @Override
    public void run() {
      PartyConfig own = load();
      PartyId peer = InitSubcommand.partyId(spec, String.valueOf(name));
      if (peer.equals(own.party())) {
        throw new ParameterException(
            spec.commandLine(), "Invalid name " + peer + ": it is this party itself");
      }
      SortedMap<PartyId, PartyConfig.Peer> peers = new TreeMap<>(own.peers());
      try {
        PartyConfig.Peer before = peers.get(peer);
        PartyConfig.Peer added =
            PartyConfig.Peer.parse(address, String.valueOf(fingerprint), dialling(before));
        added = before == null ? added : added.reachedAs(before);
        peers.put(peer, psiQuota == null ? added : added.withPsiQuota(quota(psiQuota)));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
      }
      write(peers);
      out().println("Peers of " + own.party() + ": " + peers.keySet());
    }

    private static @Nullable Long quota(String text) {
      if (text.equals("none")) {
        return null;
      }
      long quota = 0;
      try {
        quota = Long.parseLong(text);
      } catch (NumberFormatException e) {
        // As little allowed as 0.
      }
      if (quota < 1 || quota > PartyConfig.MOST_QUOTA) {
        throw new IllegalArgumentException(
            "Invalid --psi-quota "
                + text
                + ": must be a whole number from 1 to "
                + PartyConfig.MOST_QUOTA
                + ", or none");
      }
      return quota;
    }

    private Dialling dialling(PartyConfig.@Nullable Peer before) {
      if (dial == null) {
        return before == null ? Dialling.OWN : before.dialling();
      }
      return Arrays.stream(Dialling.values())
          .filter(value -> value.word().equals(dial))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "Invalid --dial " + dial + ": must be own, both or never"));
    }
  }

  /** {@code heddle peer list}. */
  @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows the peers.")
  static final class Listing extends OnConfig {
    @Override
    public void run() {
      load()
          .peers()
          .forEach(
              (name, peer) ->
                  out()
                      .println(
                          name
                              + "  "
                              + (peer.address() == null ? "-" : peer.address())
                              + "  "
                              + peer.fingerprint()
                              + (peer.dialling() == Dialling.OWN
                                  ? ""
                                  : "  dial=" + peer.dialling().word())
                              + (peer.psiQuota() == null ? "" : "  psi-quota=" + peer.psiQuota())));
    }
  }

  /** {@code heddle peer remove}. */
  @Command(name = "remove", mixinStandardHelpOptions = true, description = "Forgets a peer.")
  static final class Remove extends OnConfig {
    @Parameters(paramLabel = "NAME", description = "The peer's name.")
    private @Nullable String name;

    @Override
    public void run() {
      PartyConfig own = load();
      PartyId peer = InitSubcommand.partyId(spec, String.valueOf(name));
      SortedMap<PartyId, PartyConfig.Peer> peers = new TreeMap<>(own.peers());
      if (peers.remove(peer) == null) {
        throw new ConfigurationException(
            "No peer " + peer + " in " + config + ": it knows " + own.peers().keySet());
      }
      write(peers);
      out().println("Peers of " + own.party() + ": " + peers.keySet());
    }
  }
}
