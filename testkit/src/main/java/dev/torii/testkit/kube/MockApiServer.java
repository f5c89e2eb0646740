package dev.torii.testkit.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Level;
import java.util.logging.Logger;

/** fabric8's mock, which remembers what was written. */
final class MockApiServer implements ApiServer.Engine {

    /** It tells every request at a level that is shown. */
    private static final Logger ITS_LOG = Logger.getLogger(MockWebServer.class.getName());

    private final CrudObjects objects = new CrudObjects();
    private final Map<String, Integer> answers = new ConcurrentHashMap<>();
    private final Queue<ApiRequest> requests = new ConcurrentLinkedQueue<>();
    private final Map<WebSocket, String> watches = new ConcurrentHashMap<>();
    private final KubernetesMockServer server;

    MockApiServer() {
        ITS_LOG.setLevel(Level.WARNING);
        server = new KubernetesMockServer(
                new Context(new ObjectMapper()), new MockWebServer(), new HashMap<>(), new Guard(), false);
        server.init();
    }

    void answer(String inPath, int status) {
        if (status == 0) {
            answers.remove(inPath);
        } else {
            answers.put(inPath, status);
        }
    }

    @Override
    public int port() {
        return server.getPort();
    }

    @Override
    public String scheme() {
        return "http";
    }

    @Override
    public ConfigBuilder access() {
        return new ConfigBuilder().withAutoConfigure(false).withNamespace("default");
    }

    @Override
    public List<ApiRequest> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() {
        server.destroy();
    }

    boolean endWatches(String inPath, String version) {
        List<WebSocket> told = watches.entrySet().stream()
                .filter(each -> each.getValue().contains(inPath))
                .map(Map.Entry::getKey)
                .toList();
        told.forEach(each -> {
            each.send("""
                    {"type":"BOOKMARK","object":{"kind":"Any","apiVersion":"v1","metadata":{"resourceVersion":"VERSION"}}}\
                    """.replace("VERSION", version));
            each.close(1000, "");
        });
        return !told.isEmpty();
    }

    /** The mock's watches wait on the event loop, when they end, for what they still write: on that same event loop. */
    private final class Patient extends WebSocketListener {

        private final WebSocketListener watch;
        private final String path;

        Patient(WebSocketListener watch, String path) {
            this.watch = watch;
            this.path = path;
        }

        @Override
        public void onOpen(WebSocket socket, Response response) {
            watch.onOpen(socket, response);
            watches.put(socket, path);
        }

        @Override
        public void onMessage(WebSocket socket, String text) {
            watch.onMessage(socket, text);
        }

        @Override
        public void onClosing(WebSocket socket, int code, String reason) {
            watch.onClosing(socket, code, reason);
        }

        @Override
        public void onClosed(WebSocket socket, int code, String reason) {
            watches.remove(socket);
            aside(() -> watch.onClosed(socket, code, reason));
        }

        @Override
        public void onFailure(WebSocket socket, Throwable error, Response response) {
            watches.remove(socket);
            aside(() -> watch.onFailure(socket, error, response));
        }

        private void aside(Runnable task) {
            Thread thread = new Thread(task, "end of a mocked watch");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private final class Guard extends Dispatcher {

        @Override
        public MockResponse dispatch(RecordedRequest request) {
            MockResponse response = answer(request);
            requests.add(ApiRequest.of(user(request), request.getMethod(), request.getPath(), response.code()));
            return response;
        }

        private static String user(RecordedRequest request) {
            String impersonated = request.getHeader("Impersonate-User");
            String bearer = request.getHeader("Authorization");
            return impersonated != null ? impersonated : bearer == null ? "" : bearer.replaceFirst("Bearer ", "");
        }

        private MockResponse answer(RecordedRequest request) {
            for (Map.Entry<String, Integer> each : answers.entrySet()) {
                if (request.getPath().contains(each.getKey())) {
                    return refused(each.getValue());
                }
            }
            MockResponse response = objects.dispatch(request);
            WebSocketListener watch = response.getWebSocketListener();
            return watch == null ? response : response.withWebSocketUpgrade(new Patient(watch, request.getPath()));
        }

        private MockResponse refused(int status) {
            return new MockResponse().setResponseCode(status).setBody("""
                    {"kind":"Status","apiVersion":"v1","status":"Failure","code":CODE,"message":"refused by the test"}""".replace("CODE", String.valueOf(status)));
        }

        @Override
        public void shutdown() {
            objects.shutdown();
        }

        @Override
        public void releaseResources() {
            objects.releaseResources();
        }
    }
}
