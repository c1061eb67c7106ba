// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.error.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * Parquet files to a table and back, column by column, without Spark and without Hadoop's file
 * systems.
 */
final class ParquetTables {
  private ParquetTables() {}

  static Table read(Path table, List<Path> parts) {
    Map<String, Column> columns = new LinkedHashMap<>();
    int rows = 0;
    for (Path part : parts) {
      try (ParquetFileReader reader =
          ParquetFileReader.open(
              new LocalInputFile(part),
              new ParquetReadOptions.Builder(new PlainParquetConfiguration()).build())) {
        rows = readPart(part, reader, columns, rows);
      } catch (DataException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        // Parquet answers a damaged file with exceptions of many kinds.
        throw new DataException("The Parquet file " + part + " is damaged or incomplete", e);
      }
    }
    if (rows == 0) {
      throw new DataException("The table " + table + " has no rows");
    }
    return new Table(table, columns, rows, null);
  }

  private static int readPart(
      Path part, ParquetFileReader reader, Map<String, Column> columns, int rowsBefore)
      throws IOException {
    MessageType schema = reader.getFooter().getFileMetaData().getSchema();
    Map<String, Column> found = new LinkedHashMap<>();
    for (Type field : schema.getFields()) {
      found.put(field.getName(), newColumn(part, field));
    }
    if (columns.isEmpty()) {
      columns.putAll(found);
    } else if (!sameKinds(columns, found)) {
      throw new DataException(
          "The file " + part + " has other columns than the other files of its directory");
    }
    String writer = reader.getFooter().getFileMetaData().getCreatedBy();
    int rows = rowsBefore;
    for (PageReadStore pages = reader.readNextRowGroup();
        pages != null;
        pages = reader.readNextRowGroup()) {
      int count = Math.toIntExact(pages.getRowCount());
      rows = Math.addExact(rows, count);
      ColumnReadStoreImpl store =
          new ColumnReadStoreImpl(
              pages, new GroupRecordConverter(schema).getRootConverter(), schema, writer);
      for (ColumnDescriptor descriptor : schema.getColumns()) {
        String name = descriptor.getPath()[0];
        Column column = columns.get(name);
        if (column == null) {
          throw new AssertionError("a column of the schema was not prepared");
        }
        copy(part, store.getColumnReader(descriptor), descriptor, count, column);
      }
    }
    return rows;
  }

  private static boolean sameKinds(Map<String, Column> columns, Map<String, Column> others) {
    return List.copyOf(columns.keySet()).equals(List.copyOf(others.keySet()))
        && columns.entrySet().stream()
            .allMatch(
                e -> {
                  Column other = others.get(e.getKey());
                  return other != null && other.kind() == e.getValue().kind();
                });
  }

  private static Column newColumn(Path part, Type field) {
    Column.Kind kind =
        field.isPrimitive() && !field.isRepetition(Type.Repetition.REPEATED)
            ? kind(field.asPrimitiveType())
            : null;
    if (kind == null) {
      throw new DataException(
          "Column "
              + field.getName()
              + " of "
              + part
              + " has a type that is not supported: must be a string, integer, floating-point number, boolean, date or timestamp in milli- or microseconds");
    }
    return kind == Column.Kind.TEXT ? new TextColumn() : new FixedColumn(kind);
  }

  private static Column.@Nullable Kind kind(PrimitiveType type) {
    LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
    boolean whole =
        logical == null || (logical instanceof IntLogicalTypeAnnotation i && i.isSigned());
    return switch (type.getPrimitiveTypeName()) {
      case INT32 ->
          logical instanceof DateLogicalTypeAnnotation
              ? Column.Kind.DATE
              : whole ? Column.Kind.WHOLE : null;
      case INT64 ->
          logical instanceof TimestampLogicalTypeAnnotation t && t.getUnit() != TimeUnit.NANOS
              ? Column.Kind.INSTANT
              : whole ? Column.Kind.WHOLE : null;
      case FLOAT, DOUBLE -> Column.Kind.REAL;
      case BOOLEAN -> Column.Kind.TRUTH;
      case BINARY ->
          logical instanceof StringLogicalTypeAnnotation
                  || logical instanceof EnumLogicalTypeAnnotation
              ? Column.Kind.TEXT
              : null;
      case INT96, FIXED_LEN_BYTE_ARRAY -> null;
    };
  }

  private static void copy(
      Path part, ColumnReader reader, ColumnDescriptor descriptor, int count, Column column) {
    PrimitiveType type = descriptor.getPrimitiveType();
    boolean millis =
        type.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation t
            && t.getUnit() == TimeUnit.MILLIS;
    for (int i = 0; i < count; i++) {
      boolean present = reader.getCurrentDefinitionLevel() == descriptor.getMaxDefinitionLevel();
      if (column instanceof TextColumn text) {
        text.add(present ? decode(part, descriptor, reader.getBinary()) : null);
      } else if (column instanceof FixedColumn fixed) {
        if (present) {
          fixed.add(bits(reader, type.getPrimitiveTypeName(), millis));
        } else {
          fixed.addNull();
        }
      }
      reader.consume();
    }
  }

  private static String decode(Path part, ColumnDescriptor descriptor, Binary value) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(value.getBytes()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new DataException(
          "Column " + descriptor.getPath()[0] + " of " + part + " holds a text that is not UTF-8");
    }
  }

  private static long bits(ColumnReader reader, PrimitiveTypeName type, boolean millis) {
    return switch (type) {
      case INT32 -> reader.getInteger();
      case INT64 -> millis ? Math.multiplyExact(reader.getLong(), 1000L) : reader.getLong();
      case FLOAT -> Double.doubleToRawLongBits(reader.getFloat());
      case DOUBLE -> Double.doubleToRawLongBits(reader.getDouble());
      case BOOLEAN -> reader.getBoolean() ? 1 : 0;
      case BINARY, INT96, FIXED_LEN_BYTE_ARRAY ->
          throw new AssertionError("refused when the schema was read");
    };
  }

  /** Writes some rows of a table, in the given order; a negative one is of missing values. */
  static void write(Table table, int[] rows, Path file) throws IOException {
    Types.MessageTypeBuilder builder = Types.buildMessage();
    for (String name : table.columnNames()) {
      builder.addField(field(name, table.column(name).kind()));
    }
    MessageType schema = builder.named("table");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .build()) {
      for (int row : rows) {
        writer.write(group(schema, table, row));
      }
    }
  }

  private static Type field(String name, Column.Kind kind) {
    return switch (kind) {
      case TEXT ->
          Types.optional(PrimitiveTypeName.BINARY)
              .as(LogicalTypeAnnotation.stringType())
              .named(name);
      case WHOLE -> Types.optional(PrimitiveTypeName.INT64).named(name);
      case REAL -> Types.optional(PrimitiveTypeName.DOUBLE).named(name);
      case TRUTH -> Types.optional(PrimitiveTypeName.BOOLEAN).named(name);
      case DATE ->
          Types.optional(PrimitiveTypeName.INT32).as(LogicalTypeAnnotation.dateType()).named(name);
      case INSTANT ->
          Types.optional(PrimitiveTypeName.INT64)
              .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS))
              .named(name);
    };
  }

  private static Group group(MessageType schema, Table table, int row) {
    Group group = new SimpleGroup(schema);
    if (row < 0) {
      return group;
    }
    for (String name : table.columnNames()) {
      Column column = table.column(name);
      if (column instanceof FixedColumn fixed && !fixed.isNull(row)) {
        long bits = fixed.bits(row);
        switch (fixed.kind()) {
          case REAL -> group.add(name, Double.longBitsToDouble(bits));
          case TRUTH -> group.add(name, bits != 0);
          case DATE -> group.add(name, Math.toIntExact(bits));
          case WHOLE, INSTANT, TEXT -> group.add(name, bits);
        }
      } else if (column instanceof TextColumn text) {
        String value = text.text(row);
        if (value != null) {
          group.add(name, value);
        }
      }
    }
    return group;
  }
}
