package dev.torii.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A customer with a keep-alive connection. Blocks, as customers do; follows no redirect. */
final class Shopper {

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + Mesh.GATEWAY_PORT + path);
    }

    static URI console(String path) {
        return URI.create("http://127.0.0.1:" + Mesh.CONSOLE_PORT + path);
    }

    /** @param headers name, value, name, value, … */
    HttpResponse<String> get(String path, String... headers) throws IOException {
        return send("GET", uri(path), headers);
    }

    HttpResponse<String> send(String method, URI uri, String... headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(10))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    boolean seesThePage() {
        return status(uri("/")) == 200;
    }

    boolean seesTheConsole() {
        return status(console("/api/status")) == 200;
    }

    /** Whether a service answers at a host and port, its sidecar's; that it has no such page is an answer too. */
    boolean isServed(String inbound) {
        return status(URI.create("http://" + inbound + "/nothing")) == 404;
    }

    private int status(URI uri) {
        try {
            return send("GET", uri).statusCode();
        } catch (IOException e) {
            return -1;
        }
    }
}
