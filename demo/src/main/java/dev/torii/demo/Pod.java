package dev.torii.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A service of the shop and the sidecar beside it. In a cluster the two would share an address that nobody else has; here
 * all pods share this machine's, and are told apart by their ports.
 *
 * @param number from 1 on, the last digit of all its ports; the inbound one is in {@code src/demo/services.yaml}
 * @param service the Service that it belongs to; two versions of a service are two pods, and two Services
 */
record Pod(int number, String service) {

    static final List<Pod> ALL = List.of(
            new Pod(1, "web"),
            new Pod(2, "catalog"),
            new Pod(3, "cart"),
            new Pod(4, "reviews-v1"),
            new Pod(5, "reviews-v2"));

    /** Where the service itself listens. None but its sidecar asks it there. */
    int app() {
        return 9000 + number;
    }

    /** Where the sidecar takes what others ask of the service. */
    int inbound() {
        return 9100 + number;
    }

    /** Where the sidecar takes what the service asks of others, as an HTTP proxy. */
    int outbound() {
        return 9200 + number;
    }

    int admin() {
        return 9300 + number;
    }

    /** What opens each of the ports. */
    Map<Integer, String> ports() {
        return Map.of(
                app(), "the service " + service,
                inbound(), "the sidecar of " + service,
                outbound(), "the sidecar of " + service,
                admin(), "the sidecar of " + service);
    }

    /** The service knows nothing of Torii: what it has is Java's ordinary setting of an HTTP proxy. */
    List<String> appCommand() {
        return List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-Xmx32m",
                "-Xss512k",
                "-XX:TieredStopAtLevel=1",
                "-Dhttp.proxyHost=127.0.0.1",
                "-Dhttp.proxyPort=" + outbound(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Shop.class.getName(),
                service,
                String.valueOf(app()));
    }

    /** @param home the source tree, with the launcher in it */
    List<String> sidecarCommand(Path home, Path config) {
        return List.of(
                "env",
                // A dozen JVMs start at once: they shall be quick rather than fast, unless the user wants something
                // else.
                "TORII_OPTS=-Xmx48m -XX:TieredStopAtLevel=1 " + System.getenv().getOrDefault("TORII_OPTS", ""),
                home.resolve("torii").toString(),
                "sidecar",
                "--config",
                config.toString(),
                "--service",
                "default/" + service,
                "--app",
                String.valueOf(app()),
                "--inbound",
                "127.0.0.1:" + inbound(),
                "--outbound",
                "127.0.0.1:" + outbound(),
                "--admin",
                "127.0.0.1:" + admin());
    }
}
