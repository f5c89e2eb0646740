package dev.torii.cli;

import dev.torii.testkit.FreePort;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** A real Prometheus in a process of its own, which scrapes every second; ready once it is made. */
final class Prometheus implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final HttpClient client = HttpClient.newHttpClient();
    private final String address;
    private final Program program;

    /**
     * @param home where it keeps its files
     * @param rules to evaluate
     * @param targets ports on loopback, scraped as the job {@code torii}
     */
    Prometheus(Path home, Path rules, List<Integer> targets) throws IOException {
        String named = targets.stream().map(port -> "'127.0.0.1:" + port + "'").collect(Collectors.joining(", "));
        Path config = Files.writeString(home.resolve("prometheus.yaml"), """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: ['@RULES@']
                scrape_configs:
                - {job_name: torii, static_configs: [{targets: [@TARGETS@]}]}
                """.replace("@RULES@", rules.toString())
                .replace("@TARGETS@", named));
        Path log = home.resolve("prometheus.log");
        int port = FreePort.find();
        address = "http://127.0.0.1:" + port;
        ProcessBuilder command = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + home.resolve("prometheus"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--enable-feature=exemplar-storage")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        program = Program.start(command, log, PATIENCE, this::isReady);
    }

    private boolean isReady() {
        try {
            return !page("/-/ready").isEmpty();
        } catch (IllegalStateException | UncheckedIOException notYet) {
            return false;
        }
    }

    /** What the page says, which must be 200. */
    String page(String path) {
        try {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(address + path))
                            .timeout(PATIENCE)
                            .build(),
                    BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(path + ": " + answer.statusCode() + " " + answer.body());
            }
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The {@code data} of an API call. */
    Object data(String path) {
        return new JsonObject(page("/api/v1/" + path)).getValue("data");
    }

    /** The samples of an instant query. */
    JsonArray query(String expression) {
        return ((JsonObject) data("query?query=" + encoded(expression))).getJsonArray("result");
    }

    /** The value of the only sample of an instant query; NaN when there is not exactly one. */
    double value(String expression) {
        JsonArray samples = query(expression);
        return samples.size() != 1
                ? Double.NaN
                : Double.parseDouble(
                        samples.getJsonObject(0).getJsonArray("value").getString(1));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Kills it. */
    @Override
    public void close() {
        program.close();
    }
}
