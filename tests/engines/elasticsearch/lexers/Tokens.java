package org.elasticsearch.xpack.esql.parser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.Token;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.queryparser.charstream.FastCharStream;
import org.apache.lucene.queryparser.classic.QueryParser;
import org.apache.lucene.queryparser.classic.QueryParserConstants;
import org.apache.lucene.queryparser.classic.QueryParserTokenManager;
import org.elasticsearch.common.logging.LogConfigurator;

/**
 * What of a query is code to Elasticsearch's parser of ES|QL and to Lucene's of its query strings.
 *
 * <p>Reads {"esql": {name: text}, "lucene": {name: text}} and writes {name: {"error": message,
 * "code": [token]}}, the tokens without comments, literals of strings and quoted names. In the
 * package of the parser, whose settings are not public.
 */
public final class Tokens {
  private static final Set<Integer> QUOTED =
      Set.of(EsqlBaseLexer.QUOTED_STRING, EsqlBaseLexer.QUOTED_IDENTIFIER);
  private static final Set<Integer> LITERALS =
      Set.of(QueryParserConstants.QUOTED, QueryParserConstants.REGEXPTERM);

  private static void esql(String text, ArrayNode code) {
    EsqlParser parser = new EsqlParser();
    parser.createStatement(text, null);
    EsqlBaseLexer lexer = new EsqlBaseLexer(CharStreams.fromString(text));
    lexer.setEsqlConfig(parser.config());
    for (Token token = lexer.nextToken(); token.getType() != Token.EOF; token = lexer.nextToken()) {
      if (token.getChannel() == Token.DEFAULT_CHANNEL && !QUOTED.contains(token.getType())) {
        code.add(token.getText());
      }
    }
  }

  private static void lucene(String text, ArrayNode code) throws Exception {
    QueryParser parser = new QueryParser("default", new KeywordAnalyzer());
    parser.setAllowLeadingWildcard(true);
    parser.parse(text);
    var lexer = new QueryParserTokenManager(new FastCharStream(new java.io.StringReader(text)));
    for (var token = lexer.getNextToken();
        token.kind != QueryParserConstants.EOF;
        token = lexer.getNextToken()) {
      if (!LITERALS.contains(token.kind)) {
        code.add(token.image);
      }
    }
  }

  public static void main(String[] args) throws Exception {
    LogConfigurator.configureESLogging();
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode answer = mapper.createObjectNode();
    for (var language : (Iterable<Map.Entry<String, JsonNode>>) mapper.readTree(System.in)::fields) {
      for (var query : (Iterable<Map.Entry<String, JsonNode>>) language.getValue()::fields) {
        ObjectNode found = answer.putObject(query.getKey()).put("error", "");
        try {
          if (language.getKey().equals("esql")) {
            esql(query.getValue().asText(), found.putArray("code"));
          } else {
            lucene(query.getValue().asText(), found.putArray("code"));
          }
        } catch (Exception error) {
          found.put("error", String.valueOf(error.getMessage()));
        }
      }
    }
    mapper.writeValue(System.out, answer);
  }
}
