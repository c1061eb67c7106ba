// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.sweep;

import io.heddle.party.PartyId;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Starts processes that live for seconds, so what a JVM does in its first ones is kept small: one
 * jar and an archive of loaded classes, no library that a party does without, nothing set up that
 * no party uses, and a compiler that does little. Of 15 s of processor time for a job of two
 * parties this leaves less than the half.
 */
final class SweepJava {
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-Xmx256m",
          "-Xlog:disable",
          "-XX:-UsePerfData",
          "-XX:+UnlockDiagnosticVMOptions",
          // Five times what they are as a rule: most of what is compiled early is hardly used.
          "-XX:Tier3InvocationThreshold=1000",
          "-XX:Tier3MinInvocationThreshold=500",
          "-XX:Tier3CompileThreshold=10000",
          "-XX:MaxInlineLevel=3",
          "-XX:MaxInlineSize=10",
          "-XX:FreqInlineSize=50",
          "-XX:LoopUnrollLimit=4",
          // Netty asks whether to report what it allocates, and that loads the whole recorder.
          "-Dio.netty.jfr.enabled=false",
          // Netty hands keys to the JDK in key stores that never leave the memory, once for each
          // link, and the JDK derives a password's key twice for each of these.
          "-Dkeystore.pkcs12.keyPbeIterationCount=1",
          "-Dkeystore.pkcs12.certPbeIterationCount=1",
          // The JDK reads all the authorities it knows; the parties trust each other's keys alone.
          "-Djavax.net.ssl.trustStore=NONE");

  /** The second compiler is slow itself, and worth that for the arithmetic of the keys alone. */
  private static final String DIRECTIVES =
      """
      [
        {
          match: [
            "java/math/*.*",
            "sun/security/util/math/intpoly/*.*",
            "sun/security/provider/SHA*.*",
            "io/heddle/crypto/curve25519/Field.*"
          ],
          c2: { Exclude: false }
        },
        { match: "*.*", c2: { Exclude: true } }
      ]
      """;

  private final Path directory;
  private final Path directives;
  private final String classPath;

  SweepJava(Path directory) throws IOException {
    this.directory = directory;
    directives = Files.writeString(directory.resolve("compiler.json"), DIRECTIVES);
    List<String> jars = new ArrayList<>();
    Path jar = directory.resolve("party.jar");
    jars.add(jar.toString());
    try (JarOutputStream all = new JarOutputStream(Files.newOutputStream(jar))) {
      Set<String> taken = new HashSet<>();
      for (String entry : classPath().split(File.pathSeparator, -1)) {
        Path path = Path.of(entry);
        if (Files.isDirectory(path)) {
          add(path, all, taken);
        } else if (path.getFileName().toString().matches("(netty-|slf4j-|jspecify-|vfl-|he-).*")) {
          jars.add(entry);
        }
      }
    }
    classPath = String.join(File.pathSeparator, jars);
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static void add(Path folder, JarOutputStream all, Set<String> taken) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
        if (taken.add(name)) {
          all.putNextEntry(new JarEntry(name));
          copy(file, all);
          all.closeEntry();
        }
      }
    }
  }

  private static void copy(Path file, OutputStream to) throws IOException {
    Files.copy(file, to);
  }

  /** The command of a party that only begins its session: too little for an archive. */
  List<String> beginning() {
    return command(List.of());
  }

  /** That of a job: the party's first one to end well leaves the archive for the others. */
  List<String> job(PartyId party) {
    Path archive = directory.resolve(party.name() + ".jsa");
    return command(
        List.of(
            Files.exists(archive)
                ? "-XX:SharedArchiveFile=" + archive
                : "-XX:ArchiveClassesAtExit=" + archive));
  }

  private List<String> command(List<String> archive) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(OPTIONS);
    command.add("-XX:CompilerDirectivesFile=" + directives);
    command.addAll(archive);
    command.addAll(List.of("-cp", classPath, SweepParty.class.getName()));
    return command;
  }
}
