package dev.torii.control.identity;

import dev.torii.config.resource.ObjectKey;
import dev.torii.config.stream.Message.Hello;
import dev.torii.control.identity.Tokens.Bearer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Believes the API server: whoever comes shows the token of its pod's ServiceAccount, and gets what is that pod's.
 *
 * <p>A gateway runs as the ServiceAccount that was made for its Gateway, in the Gateway's namespace, and may have that Gateway
 * only: with it go private keys. A sidecar may be of any pod, but only of the one that its token was made for.
 */
public final class ClusterIdentities implements Identities, AutoCloseable {

    /** Of control itself, whose replicas pass on to each other what they hear. */
    private static final String CONTROL = "torii-control";

    private static final int THREADS = 8;

    /** As many as there may be streams; an API server that is slow must not make more wait than that. */
    private static final int MOST_QUESTIONS = 10_000;

    private final KubernetesClient client;
    private final String namespace;
    private final Tokens tokens;
    private final ThreadPoolExecutor threads;

    /**
     * @param client stays its owner's to close
     * @param namespace that control runs in, and gateways that serve several Gateways
     */
    public ClusterIdentities(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        this.tokens = new Tokens(client, System::nanoTime);
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_QUESTIONS), work -> {
                    Thread made = new Thread(work, "torii-identity");
                    made.setDaemon(true);
                    return made;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public Future<Caller> identify(String token, Hello hello) {
        return asking(() -> {
            Bearer bearer = tokens.bearer(token);
            return switch (hello.role()) {
                case GATEWAY -> hello.gateway().isEmpty() ? shared(bearer) : gateway(bearer, hello.gateway());
                case SIDECAR -> sidecar(bearer, hello);
            };
        });
    }

    @Override
    public Future<String> replica(String token) {
        return asking(() -> {
            Bearer bearer = tokens.bearer(token);
            if (!bearer.namespace().equals(namespace) || !bearer.account().equals(CONTROL)) {
                throw Refused.forbidden("only replicas of control may");
            }
            return bearer.pod();
        });
    }

    private <T> Future<T> asking(Callable<T> question) {
        Promise<T> answer = Promise.promise();
        try {
            threads.execute(() -> {
                try {
                    answer.complete(question.call());
                } catch (Exception e) {
                    answer.fail(e);
                }
            });
        } catch (RejectedExecutionException tooMany) {
            answer.fail("too many ask who they are");
        }
        return answer.future();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private Caller gateway(Bearer bearer, String gateway) throws Refused {
        NamespacedName name = NamespacedName.of(gateway);
        if (!bearer.namespace().equals(name.namespace()) || !bearer.account().equals(Names.of(name.name()))) {
            throw Refused.forbidden("ServiceAccount " + bearer.namespace() + "/" + bearer.account()
                    + " is not that of the proxies of Gateway " + gateway);
        }
        return new Caller.OfGateway(pod(bearer), new ObjectKey("Gateway", name.namespace(), name.name()));
    }

    private Caller shared(Bearer bearer) throws Refused {
        if (!bearer.namespace().equals(namespace) || !bearer.account().equals(Names.SHARED)) {
            throw Refused.forbidden("ServiceAccount " + bearer.namespace() + "/" + bearer.account()
                    + " is not that of the proxies that serve several Gateways");
        }
        return new Caller.OfSharedGateways(pod(bearer));
    }

    private Caller sidecar(Bearer bearer, Hello hello) throws Refused {
        String own = pod(bearer);
        if (bearer.pod().isEmpty() || !hello.pod().equals(own)) {
            throw Refused.forbidden("the token is that of pod " + own + ", not of " + hello.pod());
        }
        Pod pod = client.pods()
                .inNamespace(bearer.namespace())
                .withName(bearer.pod())
                .get();
        if (pod == null) {
            throw Refused.forbidden("there is no pod " + own);
        }
        Map<String, String> labels = pod.getMetadata().getLabels();
        NamespacedName service = NamespacedName.of(hello.service());
        return new Caller.OfSidecar(
                own,
                bearer.namespace(),
                labels == null ? Map.of() : labels,
                service.namespace().equals(bearer.namespace()) ? service.name() : "",
                hello.appPorts());
    }

    private static String pod(Bearer bearer) {
        return bearer.namespace() + "/" + bearer.pod();
    }
}
