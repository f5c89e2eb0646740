package dev.torii.cli;

import dev.torii.testkit.kube.ApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.List;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Notes what a client writes, whether or not that made a difference: {@code httproutes/r7/status}. Safe on any thread. */
final class Writes implements Interceptor {

    private final Queue<String> written = new ConcurrentLinkedQueue<>();

    /** One whose writes are noted here. */
    KubernetesClient client(ApiServer server) {
        return new KubernetesClientBuilder()
                .withConfig(server.config())
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("writes", this))
                .build();
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        if (!request.method().equals("GET")) {
            List<String> path = List.of(request.uri().getPath().split("/"));
            int status = path.get(path.size() - 1).equals("status") ? 1 : 0;
            written.add(String.join("/", path.subList(path.size() - 2 - status, path.size())));
        }
    }

    long count() {
        return written.size();
    }

    /** What has been written, each once. */
    TreeSet<String> all() {
        return new TreeSet<>(written);
    }

    void forget() {
        written.clear();
    }
}
