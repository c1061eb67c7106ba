// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import io.heddle.identity.OwnFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a party's rows are. Holds no secret, only the place of a password. */
public sealed interface DataSource {
  /** How errors and notes name it; nothing of an address, a user or a query. */
  String words();

  /** What a file is. */
  enum Format {
    /** With a header line. */
    CSV,
    PARQUET,
    ORC,
    /** One object in each line. */
    JSON
  }

  /**
   * Files that Spark reads.
   *
   * @param path as Spark takes it: a file, a directory, or a URL
   * @param format null to tell it by the ending of the path
   */
  record File(String path, @Nullable Format format) implements DataSource {
    @Override
    public String words() {
      return path;
    }
  }

  /**
   * A table or view of one of Spark's catalogs.
   *
   * @param name as in SQL, with the names of catalog and database where it needs them
   */
  record Table(String name) implements DataSource {
    @Override
    public String words() {
      return "table " + name;
    }
  }

  /**
   * A table of a database, or what a query of it gives.
   *
   * @param url without user and password
   * @param driver the driver's class; null to ask the drivers which one takes the URL
   * @param user null for a database that asks for none
   * @param passwordFile the user's password is its first line; readable by its owner only; null for
   *     a user without one
   * @param rows the table's name or the query
   * @param query which of them
   * @param fetchSize how many rows the driver gets at once
   * @param partitions null to read by one connection
   */
  record Jdbc(
      String url,
      @Nullable String driver,
      @Nullable String user,
      @Nullable Path passwordFile,
      String rows,
      boolean query,
      int fetchSize,
      @Nullable Partitions partitions)
      implements DataSource {
    @Override
    public String words() {
      return query ? "the query data.jdbc.query" : "table " + rows + " of data.jdbc";
    }

    /**
     * The user's password; null for none.
     *
     * @throws io.heddle.error.ConfigurationException if others may read its file, or it is not
     *     there
     */
    public @Nullable String password() {
      return passwordFile == null
          ? null
          : String.valueOf(
              OwnFile.readPassword(
                  DataSources.PASSWORD_FILE,
                  passwordFile,
                  "must hold the password of data.jdbc.user"));
    }
  }

  /**
   * Reading by several connections, each a range of a column.
   *
   * @param column a number or a date
   * @param lower where the second range begins to count; rows below it are read too
   * @param upper the same at the other end
   * @param count how many ranges
   */
  record Partitions(String column, String lower, String upper, int count) {}
}
