package dev.torii.control.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.torii.testkit.kube.CrudObjects;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** An API server that remembers what it was asked, and answers as a test wants it to. */
public final class MockApi implements AutoCloseable {

    /** It tells each request; held here since a logger that nobody holds forgets its level. */
    private static final Logger TALK = Logger.getLogger(MockWebServer.class.getName());

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final KubernetesMockServer server;
    private final KubernetesClient client;
    private volatile Function<String, @Nullable MockResponse> mood = request -> null;

    public MockApi() {
        TALK.setLevel(Level.WARNING);
        server = new KubernetesMockServer(
                new Context(new ObjectMapper()), new MockWebServer(), new HashMap<>(), new Moody(), false);
        server.init();
        client = server.createClient();
        kind("Gateway", "gateways");
        kind("HTTPRoute", "httproutes");
    }

    private void kind(String kind, String plural) {
        server.expectCustomResource(new CustomResourceDefinitionContext.Builder()
                .withGroup("gateway.networking.k8s.io")
                .withVersion("v1")
                .withKind(kind)
                .withPlural(plural)
                .withScope("Namespaced")
                .withStatusSubresource(true)
                .build());
    }

    public KubernetesClient client() {
        return client;
    }

    /** From now on each request, {@code METHOD path}, is answered so; null for as usual. */
    public void mood(Function<String, @Nullable MockResponse> mood) {
        this.mood = mood;
    }

    /** How many requests began with that, {@code METHOD path}. */
    public long asked(String beginning) {
        return asked.stream().filter(each -> each.startsWith(beginning)).count();
    }

    @Override
    public void close() {
        client.close();
        server.destroy();
    }

    private final class Moody extends CrudObjects {

        @Override
        public MockResponse dispatch(RecordedRequest request) {
            String line = request.getMethod() + " " + request.getPath();
            asked.add(line);
            MockResponse answer = mood.apply(line);
            return answer == null ? super.dispatch(request) : answer;
        }
    }
}
