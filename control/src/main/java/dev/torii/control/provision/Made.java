package dev.torii.control.provision;

import dev.torii.config.resource.ObjectKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Watches what we made, to mend it when somebody changes or deletes it, and to learn a Service's address. */
final class Made implements AutoCloseable {

    /** Kinds in the order that they are to be made, with the path of a namespace's. */
    static final Map<String, String> FOLDERS = folders();

    private final Consumer<ObjectKey> changed;
    private final List<SharedIndexInformer<?>> informers = new ArrayList<>();

    /** @param changed is told whose object is not as it was, on a thread that must not be held */
    Made(KubernetesClient client, Consumer<ObjectKey> changed) {
        this.changed = changed;
        watch(client.serviceAccounts().inAnyNamespace().withLabel(GatewayObjects.MANAGED_BY, GatewayObjects.TORII));
        watch(client.services().inAnyNamespace().withLabel(GatewayObjects.MANAGED_BY, GatewayObjects.TORII));
        watch(client.apps().deployments().inAnyNamespace().withLabel(GatewayObjects.MANAGED_BY, GatewayObjects.TORII));
        watch(client.policy()
                .v1()
                .podDisruptionBudget()
                .inAnyNamespace()
                .withLabel(GatewayObjects.MANAGED_BY, GatewayObjects.TORII));
    }

    private static Map<String, String> folders() {
        Map<String, String> folders = new LinkedHashMap<>();
        folders.put("ServiceAccount", "/api/v1/namespaces/%s/serviceaccounts");
        folders.put("Deployment", "/apis/apps/v1/namespaces/%s/deployments");
        folders.put("PodDisruptionBudget", "/apis/policy/v1/namespaces/%s/poddisruptionbudgets");
        folders.put("Service", "/api/v1/namespaces/%s/services");
        return Collections.unmodifiableMap(folders);
    }

    private <T extends HasMetadata> void watch(FilterWatchListDeletable<T, ?, ?> kind) {
        SharedIndexInformer<T> informer = kind.runnableInformer(0);
        informer.addEventHandler(new Told<>());
        informer.exceptionHandler((hasStarted, error) -> true);
        informer.start();
        informers.add(informer);
    }

    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::stop);
    }

    private final class Told<T extends HasMetadata> implements ResourceEventHandler<T> {

        /** What is there when we begin is looked at anyway, and what we make ourselves we know. */
        @Override
        public void onAdd(T object) {
            if (object instanceof Service) {
                tell(object);
            }
        }

        @Override
        public void onUpdate(T before, T now) {
            if (now instanceof Service || !isAsBefore(before.getMetadata(), now.getMetadata())) {
                tell(now);
            }
        }

        @Override
        public void onDelete(T object, boolean unsure) {
            tell(object);
        }

        /** Of a Deployment's status, which changes with each pod, nothing is wanted. */
        private boolean isAsBefore(ObjectMeta before, ObjectMeta now) {
            return now.getGeneration() != null
                    && now.getGeneration().equals(before.getGeneration())
                    && Objects.equals(now.getLabels(), before.getLabels())
                    && Objects.equals(now.getAnnotations(), before.getAnnotations())
                    && Objects.equals(now.getOwnerReferences(), before.getOwnerReferences());
        }

        private void tell(T object) {
            for (OwnerReference owner : object.getMetadata().getOwnerReferences()) {
                changed.accept(
                        owner.getKind().equals("GatewayClass")
                                ? Plans.SHARED
                                : new ObjectKey(
                                        owner.getKind(),
                                        String.valueOf(object.getMetadata().getNamespace()),
                                        owner.getName()));
            }
        }
    }
}
