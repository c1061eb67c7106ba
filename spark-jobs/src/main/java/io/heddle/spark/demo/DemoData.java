// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Made-up customers of a bank and of a retailer, some of them customers of both. The same seed
 * gives the same files, byte for byte, on every machine.
 *
 * <p>Each person has four hidden traits, independent standard normal numbers: wealth, thrift,
 * strain (money is short at present) and age. Every column of either table is a mixture of traits
 * and noise of its own, so that the columns of the two parties are correlated, as they are in life.
 * Whether a loan defaults is drawn with the probability {@code 1/(1+exp(-s))}, where {@code s} is
 * linear in the columns of both: the bank's columns show strain poorly, the retailer's well, so
 * that the bank predicts better with the retailer than alone.
 *
 * <p>Nothing secret hangs on the generator, hence {@link SplittableRandom}.
 */
final class DemoData {
  static final String ID = "customer";
  static final String LABEL = "default";

  /** How many customers each of the two has, and how many of them are the same people. */
  static final int CUSTOMERS = 20_000;

  static final int COMMON = 15_000;

  private static final List<String> BANK_COLUMNS =
      List.of(
          "income",
          "savings",
          "age",
          "years_employed",
          "loan_amount",
          "loan_months",
          "interest_rate",
          "utilisation",
          "late_payments",
          "open_accounts");
  private static final List<String> RETAILER_COLUMNS =
      List.of(
          "basket_value",
          "visits",
          "days_since_visit",
          "discount_share",
          "returns_share",
          "online_share",
          "fresh_food_share",
          "luxury_share",
          "night_share",
          "loyalty_years");

  /**
   * Two tables with a header line: the bank's with {@link #ID}, {@link #LABEL} and ten columns, the
   * retailer's with {@link #ID} and ten columns. Rows stand in an order of each party's own.
   */
  record Tables(List<String> bank, List<String> retailer) {
    Tables {
      bank = List.copyOf(bank);
      retailer = List.copyOf(retailer);
    }

    void write(Path bankFile, Path retailerFile) throws IOException {
      writeLines(bankFile, bank);
      writeLines(retailerFile, retailer);
    }
  }

  private DemoData() {}

  /**
   * Makes both tables.
   *
   * @param customers rows of each table
   * @param common how many people stand in both, at most {@code customers}
   */
  static Tables generate(int customers, int common, long seed) {
    if (common < 0 || common > customers) {
      throw new IllegalArgumentException(
          "Invalid number of common customers " + common + ": must be 0 to " + customers);
    }
    SplittableRandom random = new SplittableRandom(seed);
    int people = 2 * customers - common;
    List<String> ids = ids(people, random);
    List<String> bank = new ArrayList<>(customers);
    List<String> retailer = new ArrayList<>(customers);
    for (int i = 0; i < people; i++) {
      Person person = new Person(random);
      // The first are the bank's only, the last the retailer's only, the common ones between them.
      if (i < customers) {
        bank.add(ids.get(i) + "," + person.bankRow);
      }
      if (i >= customers - common) {
        retailer.add(ids.get(i) + "," + person.retailerRow);
      }
    }
    shuffle(bank, random);
    shuffle(retailer, random);
    bank.add(0, ID + "," + LABEL + "," + String.join(",", BANK_COLUMNS));
    retailer.add(0, ID + "," + String.join(",", RETAILER_COLUMNS));
    return new Tables(bank, retailer);
  }

  /** One made-up person, as the bank and as the retailer know them. */
  private static final class Person {
    private final String bankRow;
    private final String retailerRow;

    Person(SplittableRandom random) {
      double wealth = gaussian(random);
      double thrift = gaussian(random);
      double strain = gaussian(random);
      double ageTrait = gaussian(random);

      // Scores on a common scale; the columns below show them in everyday units.
      double income = 0.8 * wealth + 0.2 * ageTrait + 0.6 * gaussian(random);
      double savings = 0.5 * wealth + 0.6 * thrift + 0.6 * gaussian(random);
      double employed = 0.6 * ageTrait - 0.2 * strain + 0.7 * gaussian(random);
      double loan = 0.5 * wealth + 0.9 * gaussian(random);
      double months = 0.4 * loan + 0.9 * gaussian(random);
      double rate = -0.3 * wealth + 0.3 * strain + 0.9 * gaussian(random);
      double utilisation = 0.4 * strain - 0.4 * thrift + 0.8 * gaussian(random);
      double late = 0.4 * strain - 0.3 * thrift + 0.9 * gaussian(random);
      double accounts = 0.3 * wealth + 0.3 * ageTrait + 0.9 * gaussian(random);

      double basket = 0.6 * wealth - 0.3 * strain + 0.7 * gaussian(random);
      double visits = 0.3 * thrift + 0.9 * gaussian(random);
      double absence = -0.5 * visits + 0.4 * strain + 0.7 * gaussian(random);
      double discount = 0.7 * strain + 0.3 * thrift - 0.2 * wealth + 0.5 * gaussian(random);
      double returned = 0.4 * strain - 0.3 * thrift + 0.8 * gaussian(random);
      double online = -0.5 * ageTrait + 0.8 * gaussian(random);
      double fresh = 0.3 * wealth - 0.5 * strain + 0.7 * gaussian(random);
      double luxury = 0.6 * wealth - 0.4 * thrift + 0.6 * gaussian(random);
      double night = 0.4 * strain - 0.3 * ageTrait + 0.8 * gaussian(random);
      double loyalty = 0.3 * ageTrait + 0.3 * thrift + 0.9 * gaussian(random);

      double score =
          -1.9
              - 0.35 * income
              - 0.2 * savings
              - 0.15 * employed
              + 0.25 * loan
              + 0.2 * rate
              + 0.4 * utilisation
              + 0.35 * late
              - 0.25 * basket
              + 0.25 * absence
              + 0.65 * discount
              + 0.4 * returned
              - 0.35 * fresh
              + 0.3 * luxury
              + 0.3 * night
              - 0.2 * loyalty;
      boolean defaults = random.nextDouble() < 1 / (1 + StrictMath.exp(-score));

      bankRow =
          String.join(
              ",",
              defaults ? "1" : "0",
              whole(34_000 * StrictMath.exp(0.4 * income)),
              whole(9_000 * StrictMath.exp(0.5 * savings)),
              whole(clamp(46 + 13 * ageTrait, 18, 95)),
              whole(clamp(11 + 7 * employed, 0, 50)),
              whole(15_000 * StrictMath.exp(0.35 * loan)),
              whole(12 * StrictMath.rint(clamp(4.5 + 1.6 * months, 1, 10))),
              decimal(4.5 + 1.2 * rate + 0.4 * late, 2),
              share(utilisation - 0.3),
              whole(clamp(1.2 + 1.5 * late, 0, 9)),
              whole(clamp(3.5 + 1.5 * accounts, 1, 12)));
      retailerRow =
          String.join(
              ",",
              decimal(38 * StrictMath.exp(0.4 * basket), 2),
              whole(clamp(7 + 3 * visits, 0, 30)),
              whole(clamp(12 + 8 * absence, 0, 90)),
              share(discount - 1),
              share(returned - 2.5),
              share(1.2 * online - 0.5),
              share(fresh - 0.8),
              share(luxury - 2),
              share(night - 2),
              decimal(clamp(5 + 2.5 * loyalty, 0, 15), 1));
    }
  }

  /** Distinct customer numbers that say nothing about who is a customer of whom. */
  private static List<String> ids(int count, SplittableRandom random) {
    Set<String> ids = new LinkedHashSet<>();
    while (ids.size() < count) {
      ids.add("C" + random.nextLong(1_000_000_000L, 10_000_000_000L));
    }
    return new ArrayList<>(ids);
  }

  private static void shuffle(List<String> rows, SplittableRandom random) {
    for (int i = rows.size() - 1; i > 0; i--) {
      Collections.swap(rows, i, random.nextInt(i + 1));
    }
  }

  /** Box and Muller's: unlike the JDK's own, the same on every release of it. */
  private static double gaussian(SplittableRandom random) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
    return radius * StrictMath.cos(2 * StrictMath.PI * random.nextDouble());
  }

  private static double clamp(double x, double low, double high) {
    return StrictMath.max(low, StrictMath.min(high, x));
  }

  private static String whole(double x) {
    return Long.toString(StrictMath.round(x));
  }

  private static String decimal(double x, int digits) {
    double scale = StrictMath.pow(10, digits);
    return Double.toString(StrictMath.rint(x * scale) / scale);
  }

  /** A number between 0 and 1 that grows with x. */
  private static String share(double x) {
    return decimal(1 / (1 + StrictMath.exp(-x)), 3);
  }

  private static void writeLines(Path file, List<String> lines) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      for (String line : lines) {
        out.write(line);
        out.write('\n');
      }
    }
  }
}
