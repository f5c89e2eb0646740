package dev.torii.control.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the API server, each sent once and waited for. For any thread; one that is interrupted gives up its request.
 * Paths begin with {@code /api/} or {@code /apis/}.
 */
public final class ClusterApi {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_RETRY_AFTER = 60;

    private final KubernetesClient client;
    private final HttpClient http;
    private final Duration timeout;
    private final BooleanSupplier leads;

    /**
     * @param client for its address and credentials; not closed here
     * @param timeout of a request
     * @param leads asked before each write; while it is not so nothing is sent, as if there were no API server
     */
    public ClusterApi(KubernetesClient client, Duration timeout, BooleanSupplier leads) {
        this.client = client;
        this.timeout = timeout;
        this.leads = leads;
        // Whoever asks knows better when to ask again, and whether at all. As whom, the client says.
        this.http = client.getHttpClient()
                .newBuilder()
                .tag(new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    public Answer get(String path) throws InterruptedException {
        return send(request(path));
    }

    /** RFC 7396: members that are null are removed, arrays replaced. */
    public Answer merge(String path, ObjectNode patch) throws InterruptedException {
        return write(request(path).patch("application/merge-patch+json", patch.toString()));
    }

    /**
     * Server-side apply, by force: what we give is ours from then on, and what we gave before and no longer do is removed.
     *
     * @param manager of the fields
     */
    public Answer apply(String path, String manager, ObjectNode object) throws InterruptedException {
        return write(request(path + "?fieldManager=" + manager + "&force=true")
                .patch("application/apply-patch+yaml", object.toString()));
    }

    /** Deletes the very object, by its uid, and what it owns in the background. */
    public Answer delete(String path, String uid) throws InterruptedException {
        ObjectNode options =
                JSON.createObjectNode().put("kind", "DeleteOptions").put("apiVersion", "v1");
        options.put("propagationPolicy", "Background")
                .putObject("preconditions")
                .put("uid", uid);
        return write(request(path).delete("application/json", options.toString()));
    }

    private HttpRequest.Builder request(String path) {
        String server = client.getMasterUrl().toString();
        String base = server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
        return http.newHttpRequestBuilder()
                .uri(base + path)
                .header("Accept", "application/json")
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Answer write(HttpRequest.Builder request) throws InterruptedException {
        return leads.getAsBoolean() ? send(request) : nothing("not asked, as this replica does not lead");
    }

    private Answer send(HttpRequest.Builder request) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("nothing more is sent");
        }
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(request.build(), String.class);
        try {
            // The client's own limit is for the head of an answer; a body may drip for ever.
            HttpResponse<String> response = answer.get(2 * timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(response.code(), body(response.body()), retryAfter(response.header("Retry-After")));
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            return nothing(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
        } catch (TimeoutException e) {
            return nothing("no answer in " + 2 * timeout.toMillis() + " ms");
        } finally {
            answer.cancel(true);
        }
    }

    private static Answer nothing(String why) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("message", "the API server: " + why);
        return new Answer(0, body, Duration.ZERO);
    }

    private static ObjectNode body(@Nullable String text) {
        try {
            JsonNode body = text == null || text.isEmpty() ? null : JSON.readTree(text);
            return body instanceof ObjectNode object ? object : JSON.createObjectNode();
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode().put("message", "an answer that is no JSON");
        }
    }

    /** In seconds, as Kubernetes gives it; a date is not understood, and nobody is waited for longer than a minute. */
    private static Duration retryAfter(@Nullable String header) {
        try {
            long seconds = header == null ? 0 : Long.parseLong(header.strip());
            return Duration.ofSeconds(Math.max(0, Math.min(LONGEST_RETRY_AFTER, seconds)));
        } catch (NumberFormatException e) {
            return Duration.ZERO;
        }
    }
}
