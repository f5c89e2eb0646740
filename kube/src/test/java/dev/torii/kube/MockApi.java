package dev.torii.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.torii.testkit.Await;
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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/** fabric8's mock API server, which remembers what was written and can be away. */
public final class MockApi implements AutoCloseable {

    /** It tells every request at a level that is shown. */
    private static final Logger ITS_LOG = Logger.getLogger(MockWebServer.class.getName());

    private final KubernetesCrudDispatcher objects = new KubernetesCrudDispatcher();
    private final KubernetesMockServer server;
    private final List<String> writes = new CopyOnWriteArrayList<>();
    private final Map<String, UnaryOperator<String>> replies = new ConcurrentHashMap<>();
    private final AtomicLong requests = new AtomicLong();
    private volatile int answers;

    public MockApi() {
        ITS_LOG.setLevel(Level.WARNING);
        server = new KubernetesMockServer(
                new Context(new ObjectMapper()), new MockWebServer(), new HashMap<>(), new Guard(), false);
        server.init();
    }

    /** One that gives up soon. */
    public KubernetesClient client() {
        return server.createClient((KubernetesClientBuilder builder) ->
                builder.editOrNewConfig().withRequestRetryBackoffLimit(1).endConfig());
    }

    /** It answers everything with this status from now on; 0: it is itself again. */
    public void answers(int status) {
        answers = status;
    }

    /**
     * What it does not know of itself.
     *
     * @param request method and path, up to the query
     * @param reply JSON, made of the request's body
     */
    public void reply(String request, UnaryOperator<String> reply) {
        replies.put(request, reply);
    }

    /** Method and path of every request that was to change something and was let pass. */
    public List<String> writes() {
        return List.copyOf(writes);
    }

    /**
     * Waits until nobody asks for anything. To be called before watches are closed: the mock waits, on its event loop, for
     * events that are on their way to a watch that is closed, and these wait for the event loop.
     */
    public void settle() {
        Await.settled(requests::get);
    }

    @Override
    public void close() {
        server.destroy();
    }

    private final class Guard extends Dispatcher {

        @Override
        public MockResponse dispatch(RecordedRequest request) {
            requests.incrementAndGet();
            if (answers != 0) {
                return new MockResponse().setResponseCode(answers);
            }
            UnaryOperator<String> reply =
                    replies.get(request.getMethod() + " " + request.getPath().split("\\?")[0]);
            if (reply != null) {
                return new MockResponse().setResponseCode(200).setBody(reply.apply(request.getUtf8Body()));
            }
            if (!request.getMethod().equals("GET")) {
                writes.add(request.getMethod() + " " + request.getPath());
            }
            return objects.dispatch(request);
        }
    }
}
