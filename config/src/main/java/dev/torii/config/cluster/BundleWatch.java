package dev.torii.config.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows which version of the Gateway API is installed: what one of its CRDs is annotated with. Nobody waits for it, and who
 * may not read CRDs does not know. For the one thread of the source's executor.
 */
final class BundleWatch {

    private static final String ANY = "gatewayclasses.gateway.networking.k8s.io";
    private static final String ANNOTATION = "gateway.networking.k8s.io/bundle-version";

    private final SharedIndexInformer<GenericKubernetesResource> informer;

    /** @param told is given the version, null when it is gone or unknown */
    BundleWatch(KubernetesClient client, Consumer<@Nullable String> told) {
        informer = client.genericKubernetesResources(new ResourceDefinitionContext.Builder()
                        .withGroup("apiextensions.k8s.io")
                        .withVersion("v1")
                        .withKind("CustomResourceDefinition")
                        .withPlural("customresourcedefinitions")
                        .withNamespaced(false)
                        .build())
                .withName(ANY)
                .runnableInformer(0);
        informer.exceptionHandler((started, problem) -> true);
        informer.addEventHandler(new Handler(told));
    }

    void start() {
        informer.start();
    }

    void stop() {
        informer.stop();
    }

    private record Handler(Consumer<@Nullable String> told) implements ResourceEventHandler<GenericKubernetesResource> {

        @Override
        public void onAdd(GenericKubernetesResource object) {
            String version = ((ClusterObject) object).only("metadata", "annotations", ANNOTATION);
            told.accept(version.isEmpty() ? null : version);
        }

        @Override
        public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource now) {
            onAdd(now);
        }

        @Override
        public void onDelete(GenericKubernetesResource object, boolean unseen) {
            told.accept(null);
        }
    }
}
