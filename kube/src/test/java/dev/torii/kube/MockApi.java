package dev.torii.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;
import java.util.logging.Logger;

/** fabric8's mock API server, which remembers what was written and can be away. */
final class MockApi implements AutoCloseable {

    /** It tells every request at a level that is shown. */
    private static final Logger ITS_LOG = Logger.getLogger(MockWebServer.class.getName());

    private final KubernetesCrudDispatcher objects = new KubernetesCrudDispatcher();
    private final KubernetesMockServer server;
    private final List<String> writes = new CopyOnWriteArrayList<>();
    private volatile int answers;

    MockApi() {
        ITS_LOG.setLevel(Level.WARNING);
        server = new KubernetesMockServer(
                new Context(new ObjectMapper()), new MockWebServer(), new HashMap<>(), new Guard(), false);
        server.init();
    }

    /** One that gives up soon. */
    KubernetesClient client() {
        return server.createClient((KubernetesClientBuilder builder) ->
                builder.editOrNewConfig().withRequestRetryBackoffLimit(1).endConfig());
    }

    /** It answers everything with this status from now on; 0: it is itself again. */
    void answers(int status) {
        answers = status;
    }

    /** Method and path of every request that was to change something and was let pass. */
    List<String> writes() {
        return List.copyOf(writes);
    }

    @Override
    public void close() {
        server.destroy();
    }

    private final class Guard extends Dispatcher {

        @Override
        public MockResponse dispatch(RecordedRequest request) {
            if (answers != 0) {
                return new MockResponse().setResponseCode(answers);
            }
            if (!request.getMethod().equals("GET")) {
                writes.add(request.getMethod() + " " + request.getPath());
            }
            return objects.dispatch(request);
        }
    }
}
