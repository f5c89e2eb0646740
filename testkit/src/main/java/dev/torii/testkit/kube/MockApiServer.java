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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/** fabric8's mock, which remembers what was written. */
final class MockApiServer implements ApiServer.Engine {

    /** It tells every request at a level that is shown. */
    private static final Logger ITS_LOG = Logger.getLogger(MockWebServer.class.getName());

    private final CrudObjects objects = new CrudObjects();
    private final Map<String, Integer> answers = new ConcurrentHashMap<>();
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
    public void close() {
        server.destroy();
    }

    /** The mock's watches wait on the event loop, when they end, for what they still write: on that same event loop. */
    private static final class Patient extends WebSocketListener {

        private final WebSocketListener watch;

        Patient(WebSocketListener watch) {
            this.watch = watch;
        }

        @Override
        public void onOpen(WebSocket socket, Response response) {
            watch.onOpen(socket, response);
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
            aside(() -> watch.onClosed(socket, code, reason));
        }

        @Override
        public void onFailure(WebSocket socket, Throwable error, Response response) {
            aside(() -> watch.onFailure(socket, error, response));
        }

        private static void aside(Runnable task) {
            Thread thread = new Thread(task, "end of a mocked watch");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private final class Guard extends Dispatcher {

        @Override
        public MockResponse dispatch(RecordedRequest request) {
            for (Map.Entry<String, Integer> each : answers.entrySet()) {
                if (request.getPath().contains(each.getKey())) {
                    return refused(each.getValue());
                }
            }
            MockResponse response = objects.dispatch(request);
            WebSocketListener watch = response.getWebSocketListener();
            return watch == null ? response : response.withWebSocketUpgrade(new Patient(watch));
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
