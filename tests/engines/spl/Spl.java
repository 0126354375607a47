import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.teragrep.pth10.ast.DPLParserCatalystContext;
import com.teragrep.pth10.ast.DPLParserCatalystVisitor;
import com.teragrep.pth10.ast.bo.ColumnNode;
import com.teragrep.pth10.ast.commands.logicalstatement.LogicalStatementCatalyst;
import com.teragrep.pth_03.antlr.DPLLexer;
import com.teragrep.pth_03.antlr.DPLParser;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.BaseErrorListener;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.CharStreams;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.CommonTokenStream;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.RecognitionException;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.Recognizer;
import java.nio.file.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Runs searches on events: teragrep's parser and its translation to Spark.
 *
 * <p>Arguments: a file of JSON lines (one event each, `_row` its number, every field in every
 * event), and a file with one request, {"group": {"rule": "search"}}; a group's searches see the
 * events whose `_group` it is. Answers on standard output: {"rule": [rows]} or {"rule": "error"}.
 */
public final class Spl {
  private static final class Errors extends BaseErrorListener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void syntaxError(
        Recognizer<?, ?> who, Object what, int line, int column, String message,
        RecognitionException cause) {
      text.append(line).append(':').append(column).append(' ').append(message).append("; ");
    }
  }

  private static Column filter(SparkSession spark, Dataset<Row> events, String search) {
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
    if (root.transformStatement() != null) {
      throw new IllegalArgumentException("only a search, without commands, can be run");
    }
    DPLParserCatalystContext context = new DPLParserCatalystContext(spark, events);
    DPLParserCatalystVisitor visitor = new DPLParserCatalystVisitor(context);
    LogicalStatementCatalyst catalyst = new LogicalStatementCatalyst(visitor, context);
    return ((ColumnNode) catalyst.visitSearchTransformationRoot(root.searchTransformationRoot()))
        .getColumn();
  }

  public static void main(String[] args) throws Exception {
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
    ObjectMapper mapper = new ObjectMapper();
    JsonNode groups = mapper.readTree(Path.of(args[1]).toFile());
    Dataset<Row> all = spark.read().option("primitivesAsString", true).json(args[0]);
    all = all.repartition(2, all.col("_group")).cache();
    ObjectNode answer = mapper.createObjectNode();
    for (var entry : (Iterable<java.util.Map.Entry<String, JsonNode>>) groups::fields) {
      Dataset<Row> events = all.filter(all.col("_group").equalTo(entry.getKey()));
      for (var query : (Iterable<java.util.Map.Entry<String, JsonNode>>) entry.getValue()::fields) {
        try {
          ArrayNode rows = mapper.createArrayNode();
          for (Row row :
              events.filter(filter(spark, events, query.getValue().asText())).select("_row")
                  .collectAsList()) {
            rows.add(Integer.parseInt(row.getString(0)));
          }
          answer.set(query.getKey(), rows);
        } catch (Exception error) {
          answer.put(query.getKey(), String.valueOf(error.getMessage()));
        }
      }
    }
    System.out.println(mapper.writeValueAsString(answer));
    spark.stop();
  }
}
