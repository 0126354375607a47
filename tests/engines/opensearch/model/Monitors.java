import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.commons.alerting.model.Monitor;
import org.opensearch.commons.alerting.model.BucketLevelTrigger;
import org.opensearch.commons.alerting.model.SearchInput;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParserUtils;
import org.opensearch.search.SearchModule;

/**
 * Reads monitors as the alerting plugin reads the body of POST _plugins/_alerting/monitors
 * (RestIndexMonitorAction): with `Monitor.parse`. Prints a line of JSON a file: what was read, or
 * `{"error": ...}`.
 */
public class Monitors {
    public static void main(String[] args) throws IOException {
        List<NamedXContentRegistry.Entry> known =
                new ArrayList<>(new SearchModule(Settings.EMPTY, List.of()).getNamedXContents());
        known.add(SearchInput.Companion.getXCONTENT_REGISTRY());
        known.add(BucketLevelTrigger.Companion.getXCONTENT_REGISTRY());
        NamedXContentRegistry registry = new NamedXContentRegistry(known);
        try (Stream<Path> files = Files.list(Path.of(args[0]))) {
            for (Path file : files.sorted().toList()) {
                System.out.println(read(registry, Files.readAllBytes(file)));
            }
        }
    }

    private static String read(NamedXContentRegistry registry, byte[] body) throws IOException {
        try (XContentParser parser =
                XContentType.JSON.xContent().createParser(registry, LoggingDeprecationHandler.INSTANCE, body)) {
            XContentParserUtils.ensureExpectedToken(
                    XContentParser.Token.START_OBJECT, parser.nextToken(), parser);
            Monitor monitor = Monitor.Companion.parse(parser, Monitor.NO_ID);
            return monitor.toXContentWithUser(XContentFactory.jsonBuilder(), ToXContent.EMPTY_PARAMS).toString();
        } catch (Exception error) {
            return XContentFactory.jsonBuilder().startObject().field("error", error.toString()).endObject().toString();
        }
    }
}
