package dev.torii.testkit.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
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

    private final class Guard extends Dispatcher {

        @Override
        public MockResponse dispatch(RecordedRequest request) {
            for (Map.Entry<String, Integer> each : answers.entrySet()) {
                if (request.getPath().contains(each.getKey())) {
                    return refused(each.getValue());
                }
            }
            return objects.dispatch(request);
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
