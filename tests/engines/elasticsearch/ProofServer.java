package org.elasticsearch.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.Version;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.plugins.MockPluginsService;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsService;
import org.elasticsearch.transport.netty4.Netty4Plugin;
import org.elasticsearch.xpack.core.XPackPlugin;
import org.elasticsearch.xpack.esql.core.plugin.EsqlCorePlugin;
import org.elasticsearch.xpack.esql.plugin.EsqlPlugin;

/**
 * One Elasticsearch node with ES|QL on loopback: prints its version and HTTP port, ends when its
 * standard input does.
 *
 * <p>Its only argument is a folder for its data. In Elasticsearch's own package, because the
 * constructor of a node that takes plugins from the class path is not public.
 */
public final class ProofServer {
  private static final List<Class<? extends Plugin>> PLUGINS =
      List.of(Netty4Plugin.class, XPackPlugin.class, EsqlCorePlugin.class, EsqlPlugin.class);

  private static final class Provider extends NodeServiceProvider {
    @Override
    PluginsService newPluginService(Environment environment, PluginsLoader loader) {
      return new MockPluginsService(environment.settings(), environment, PLUGINS);
    }
  }

  private static final class Single extends Node {
    Single(NodeConstruction construction) {
      super(construction);
    }
  }

  public static void main(String[] args) throws Exception {
    Settings settings =
        Settings.builder()
            .put("path.home", args[0])
            .put("cluster.name", "proof")
            .put("node.name", "proof")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", "0")
            .put("transport.port", "0")
            .put("transport.type", "netty4")
            .put("http.type", "netty4")
            .put("node.processors", 2)
            .put("xpack.license.self_generated.type", "basic")
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
    LogConfigurator.configureWithoutConfig(settings);
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(
            settings, Map.of(), Path.of(args[0], "config"), () -> "proof");
    PluginsLoader loader = PluginsLoader.createPluginsLoader(Set.of(), Set.of(), Map.of(), false);
    NodeConstruction construction =
        NodeConstruction.prepareConstruction(environment, loader, new Provider(), true);
    try (Node node = new Single(construction)) {
      node.start();
      int port =
          node.injector()
              .getInstance(HttpServerTransport.class)
              .boundAddress()
              .publishAddress()
              .getPort();
      System.out.println(Version.CURRENT + " " + port);
      while (System.in.read() >= 0) {}
    }
    System.exit(0);
  }
}
