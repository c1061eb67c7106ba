// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.sweep;

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
 * jar and an archive of loaded classes, no library that a party does without, and a compiler that
 * does little. Of 15 s of processor time for a job of two parties this leaves a third.
 */
final class SweepJava {
  private final Path archive;
  private final String classPath;

  SweepJava(Path directory) throws IOException {
    archive = directory.resolve("classes.jsa");
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

  /** The command of a party; the first one to end well leaves the archive for the others. */
  List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-Xlog:disable",
            "-XX:MaxInlineLevel=3",
            "-XX:LoopUnrollLimit=4",
            Files.exists(archive)
                ? "-XX:SharedArchiveFile=" + archive
                : "-XX:ArchiveClassesAtExit=" + archive));
    command.addAll(List.of("-cp", classPath, SweepParty.class.getName()));
    return command;
  }
}
