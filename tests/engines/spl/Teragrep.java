import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.teragrep.pth10.ast.DPLParserCatalystContext;
import com.teragrep.pth10.ast.DPLParserCatalystVisitor;
import com.teragrep.pth10.ast.bo.ColumnNode;
import com.teragrep.pth10.ast.commands.logicalstatement.LogicalStatementCatalyst;
import com.teragrep.pth10.ast.commands.transformstatement.TransformStatement;
import com.teragrep.pth10.steps.AbstractStep;
import com.teragrep.pth_03.antlr.DPLLexer;
import com.teragrep.pth_03.antlr.DPLParser;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.BaseErrorListener;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.CharStreams;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.CommonTokenStream;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.RecognitionException;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.Recognizer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * Reads and runs searches on events: teragrep's parser and its translation to Spark.
 *
 * <p>Every line of standard input is a folder. Its `searches.json` is one request,
 * {"group": {"rule": "search"}}. To run the searches and not only to read them it has `events.json`:
 * JSON lines, one event each, `_row` its number, every field in every event; a group's searches see
 * the events whose `_group` it is. The answer is written to `answer.json`, {"rule": [rows]} or
 * {"rule": "error"}, where the rows of a search with commands are objects; then the folder is
 * printed. One process for many requests: most of the time goes into starting.
 */
public final class Teragrep {
  private static final class Errors extends BaseErrorListener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void syntaxError(
        Recognizer<?, ?> who, Object what, int line, int column, String message,
        RecognitionException cause) {
      text.append(line).append(':').append(column).append(' ').append(message).append("; ");
    }
  }

  private static DPLParser.RootContext read(String search) {
    Errors errors = new Errors();
    DPLLexer lexer = new DPLLexer(CharStreams.fromString(search));
    lexer.removeErrorListeners();
    lexer.addErrorListener(errors);
    DPLParser parser = new DPLParser(new CommonTokenStream(lexer));
    parser.removeErrorListeners();
    parser.addErrorListener(errors);
    DPLParser.RootContext root = parser.root();
    if (errors.text.length() > 0) {
      throw new IllegalArgumentException(errors.text.toString());
    }
    return root;
  }

  private static ArrayNode run(
      SparkSession spark, ObjectMapper mapper, Dataset<Row> events, String search)
      throws Exception {
    DPLParser.RootContext root = read(search);
    DPLParserCatalystContext context = new DPLParserCatalystContext(spark, events);
    DPLParserCatalystVisitor visitor = new DPLParserCatalystVisitor(context);
    Dataset<Row> found = events;
    if (root.searchTransformationRoot() != null) {
      LogicalStatementCatalyst catalyst = new LogicalStatementCatalyst(visitor, context);
      found = found.filter(
          ((ColumnNode) catalyst.visitSearchTransformationRoot(root.searchTransformationRoot()))
              .getColumn());
    }
    ArrayNode rows = mapper.createArrayNode();
    if (root.transformStatement() == null) {
      for (Row row : found.select("_row").collectAsList()) {
        rows.add(Integer.parseInt(row.getString(0)));
      }
      return rows;
    }
    new TransformStatement(context, visitor).visit(root.transformStatement());
    found = withoutEmpty(spark, found);
    for (AbstractStep step : visitor.getStepList().asList()) {
      found = step.get(found);
    }
    for (String row : found.toJSON().collectAsList()) {
      rows.add(mapper.readTree(row));
    }
    return rows;
  }

  /** To a search an absent field is an empty text, to commands it is null. */
  private static Dataset<Row> withoutEmpty(SparkSession spark, Dataset<Row> events) {
    List<Row> rows = new ArrayList<>();
    for (Row row : events.collectAsList()) {
      Object[] values = new Object[row.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = "".equals(row.get(i)) ? null : row.get(i);
      }
      rows.add(RowFactory.create(values));
    }
    return spark.createDataFrame(rows, events.schema());
  }

  private static SparkSession spark() {
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.codegen.wholeStage", false)
            .config("spark.sql.caseSensitive", true)
            .getOrCreate();
    spark.sparkContext().setLogLevel("OFF");
    return spark;
  }

  private static ObjectNode answer(ObjectMapper mapper, Path folder) throws Exception {
    JsonNode groups = mapper.readTree(folder.resolve("searches.json").toFile());
    Path file = folder.resolve("events.json");
    boolean running = Files.exists(file);
    SparkSession spark = running ? spark() : null;
    Dataset<Row> all = null;
    if (running) {
      all = spark.read().option("primitivesAsString", true).json(file.toString());
      all = all.repartition(2, all.col("_group")).cache();
    }
    ObjectNode answer = mapper.createObjectNode();
    for (var entry : (Iterable<Map.Entry<String, JsonNode>>) groups::fields) {
      Dataset<Row> events = running ? all.filter(all.col("_group").equalTo(entry.getKey())) : null;
      for (var query : (Iterable<Map.Entry<String, JsonNode>>) entry.getValue()::fields) {
        String search = query.getValue().asText();
        try {
          if (running) {
            answer.set(query.getKey(), run(spark, mapper, events, search));
          } else {
            read(search);
            answer.set(query.getKey(), mapper.createArrayNode());
          }
        } catch (Exception error) {
          answer.put(query.getKey(), String.valueOf(error.getMessage()));
        }
      }
    }
    if (running) {
      all.unpersist(true);
    }
    return answer;
  }

  public static void main(String[] args) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    BufferedReader asked = new BufferedReader(new InputStreamReader(System.in));
    for (String line = asked.readLine(); line != null; line = asked.readLine()) {
      Path folder = Path.of(line);
      mapper.writeValue(folder.resolve("answer.json").toFile(), answer(mapper, folder));
      System.out.println(line);
    }
    System.exit(0);
  }
}
