// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.command;

import io.heddle.error.OutputException;
import io.heddle.psi.oprf.OprfFigures;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What one party's run came to.
 *
 * @param protocol the protocol family that ran, as a job file names it
 * @param join which rows a party gets: {@code inner}, {@code left} or {@code difference}
 * @param rows of this party's table
 * @param intersection common ids; at a sender that must not learn them, 0
 * @param joined rows that this party gets
 * @param digest over the common ids of this session in hexadecimal digits, the same at every party;
 *     empty where only the receiver learns them
 * @param bytesSent application bytes, before TLS
 * @param bytesReceived application bytes, before TLS
 * @param cpuSeconds of this process, start included
 * @param peakMemoryMiB of this process, all of it
 * @param sum of this party's values of the common ids; null where it learns none
 * @param oprf where the receiver keeps the sender's side: how that went; else null, as in a run
 *     that had ended already
 */
public record PsiReport(
    String protocol,
    String join,
    int rows,
    int intersection,
    int joined,
    String digest,
    long bytesSent,
    long bytesReceived,
    double cpuSeconds,
    double peakMemoryMiB,
    @Nullable String sum,
    @Nullable OprfFigures oprf) {

  /** Application bytes both ways for each row of this party. */
  public double bytesPerItem() {
    return (double) (bytesSent + bytesReceived) / rows;
  }

  /** Writes the report for the process that started this one. */
  void write(Path file) {
    Properties values = new Properties();
    values.setProperty("protocol", protocol);
    values.setProperty("join", join);
    values.setProperty("joined", String.valueOf(joined));
    values.setProperty("rows", String.valueOf(rows));
    values.setProperty("intersection", String.valueOf(intersection));
    values.setProperty("digest", digest);
    values.setProperty("bytesSent", String.valueOf(bytesSent));
    values.setProperty("bytesReceived", String.valueOf(bytesReceived));
    values.setProperty("cpuSeconds", String.valueOf(cpuSeconds));
    values.setProperty("peakMemoryMiB", String.valueOf(peakMemoryMiB));
    if (sum != null) {
      values.setProperty("sum", sum);
    }
    if (oprf != null) {
      values.setProperty("cacheUsed", String.valueOf(oprf.cacheUsed()));
      values.setProperty("onlineSeconds", String.valueOf(oprf.onlineSeconds()));
      values.setProperty("offlineSeconds", String.valueOf(oprf.offlineSeconds()));
    }
    try {
      StringWriter text = new StringWriter();
      values.store(text, null);
      Files.writeString(file, text.toString());
    } catch (IOException e) {
      throw new OutputException("Cannot write the report " + file + ": is the disk full?", e);
    }
  }

  private static @Nullable OprfFigures oprf(Properties values) {
    return values.containsKey("cacheUsed")
        ? new OprfFigures(
            Boolean.parseBoolean(values.getProperty("cacheUsed", "")),
            Double.parseDouble(values.getProperty("onlineSeconds", "")),
            Double.parseDouble(values.getProperty("offlineSeconds", "")))
        : null;
  }

  static PsiReport read(Path file) throws IOException {
    Properties values = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      values.load(in);
    }
    return new PsiReport(
        values.getProperty("protocol", ""),
        values.getProperty("join", ""),
        Integer.parseInt(values.getProperty("rows", "")),
        Integer.parseInt(values.getProperty("intersection", "")),
        Integer.parseInt(values.getProperty("joined", "")),
        values.getProperty("digest", ""),
        Long.parseLong(values.getProperty("bytesSent", "")),
        Long.parseLong(values.getProperty("bytesReceived", "")),
        Double.parseDouble(values.getProperty("cpuSeconds", "")),
        Double.parseDouble(values.getProperty("peakMemoryMiB", "")),
        values.getProperty("sum"),
        oprf(values));
  }
}
