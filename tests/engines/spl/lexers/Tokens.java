import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.teragrep.pth_03.antlr.DPLLexer;
import com.teragrep.pth_03.antlr.DPLParser;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.BaseErrorListener;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.CharStreams;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.CommonTokenStream;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.RecognitionException;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.Recognizer;
import com.teragrep.pth_03.shaded.org.antlr.v4.runtime.Token;
import java.util.Map;

/**
 * What of a search is code to teragrep's parser.
 *
 * <p>Reads {name: search} and writes {name: {"error": message, "code": [token]}}, the tokens
 * without those in quotes.
 */
public final class Tokens {
  private static final class Errors extends BaseErrorListener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public void syntaxError(
        Recognizer<?, ?> who, Object what, int line, int column, String message,
        RecognitionException cause) {
      text.append(line).append(':').append(column).append(' ').append(message).append("; ");
    }
  }

  private static String lexed(String search, ArrayNode code) {
    Errors errors = new Errors();
    DPLLexer lexer = new DPLLexer(CharStreams.fromString(search));
    lexer.removeErrorListeners();
    lexer.addErrorListener(errors);
    CommonTokenStream tokens = new CommonTokenStream(lexer);
    DPLParser parser = new DPLParser(tokens);
    parser.removeErrorListeners();
    parser.addErrorListener(errors);
    parser.root();
    for (Token token : tokens.getTokens()) {
      if (token.getType() != Token.EOF && !quoted(token.getText())) {
        code.add(token.getText());
      }
    }
    return errors.text.toString();
  }

  private static boolean quoted(String text) {
    char first = text.charAt(0);
    boolean quote = first == '"' || first == '\'';
    return quote && text.length() > 1 && text.charAt(text.length() - 1) == first;
  }

  public static void main(String[] args) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode answer = mapper.createObjectNode();
    for (var query : (Iterable<Map.Entry<String, JsonNode>>) mapper.readTree(System.in)::fields) {
      ObjectNode found = answer.putObject(query.getKey());
      found.put("error", lexed(query.getValue().asText(), found.putArray("code")));
    }
    mapper.writeValue(System.out, answer);
  }
}
