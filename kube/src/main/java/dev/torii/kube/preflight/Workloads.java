package dev.torii.kube.preflight;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Whether control and the injector run, and whether control still speaks to the proxies that there are. */
final class Workloads {

    private static final String SIDECAR = "torii-sidecar";
    private static final long PAGE = 500;
    private static final int MOST_PAGES = 40;

    private final KubernetesClient client;
    private final String namespace;

    Workloads(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    List<Finding> findings() {
        return List.of(of("torii-control"), of("torii-injector"));
    }

    private Finding of(String name) {
        Deployment deployment = deployment(name);
        String what = "Deployment " + namespace + "/" + name;
        if (deployment == null) {
            return Finding.fail(what + " is not there", "kubectl apply -k src/kubernetes/overlays/production");
        }
        int wanted = Optional.ofNullable(deployment.getSpec().getReplicas()).orElse(1);
        int ready = deployment.getStatus() == null
                ? 0
                : Optional.ofNullable(deployment.getStatus().getReadyReplicas()).orElse(0);
        String found = what + ": " + ready + " of " + wanted + " pods are ready";
        String advice = "kubectl -n " + namespace + " logs deployment/" + name;
        if (ready == 0) {
            return Finding.fail(found, advice);
        }
        return ready < wanted ? Finding.warn(found, advice) : Finding.ok(found);
    }

    private @Nullable Deployment deployment(String name) {
        return client.apps().deployments().inNamespace(namespace).withName(name).get();
    }

    /** Control speaks to proxies of its own minor version and of the one before. */
    List<Finding> proxies() {
        Deployment control = deployment("torii-control");
        Optional<Versions> own = control == null
                ? Optional.empty()
                : control.getSpec().getTemplate().getSpec().getContainers().stream()
                        .findFirst()
                        .flatMap(Workloads::version);
        Map<String, Integer> sidecars = new TreeMap<>();
        boolean all = count(sidecars);
        int number = sidecars.values().stream().mapToInt(Integer::intValue).sum();
        String what = (all ? "" : "at least ") + number + " pods with a sidecar " + sidecars;
        if (own.isEmpty()) {
            return List.of(Finding.warn(what, "control's version is not in its image's tag: compare them yourself"));
        }
        List<String> strangers = new ArrayList<>();
        sidecars.keySet().forEach(tag -> {
            Optional<Versions> version = Versions.read(tag);
            if (version.isEmpty() || !speaksTo(own.get(), version.get())) {
                strangers.add(tag);
            }
        });
        return List.of(
                strangers.isEmpty()
                        ? Finding.ok(what)
                        : Finding.warn(
                                what,
                                "control " + own.get()
                                        + " speaks to its own minor version and the one before, but there are "
                                        + strangers + ": restart those pods"));
    }

    private static boolean speaksTo(Versions control, Versions proxy) {
        return control.major() == proxy.major()
                && (control.minor() == proxy.minor() || control.minor() == proxy.minor() + 1);
    }

    /** False when there are more than were counted. */
    private boolean count(Map<String, Integer> sidecars) {
        ListOptions page = new ListOptionsBuilder().withLimit(PAGE).build();
        for (int i = 0; i < MOST_PAGES; i++) {
            PodList pods = client.pods().inAnyNamespace().list(page);
            pods.getItems().forEach(pod -> tag(pod).ifPresent(tag -> sidecars.merge(tag, 1, Integer::sum)));
            String next = pods.getMetadata() == null ? "" : pods.getMetadata().getContinue();
            if (next == null || next.isEmpty()) {
                return true;
            }
            page = new ListOptionsBuilder().withLimit(PAGE).withContinue(next).build();
        }
        return false;
    }

    private static Optional<String> tag(Pod pod) {
        return pod.getSpec().getInitContainers().stream()
                .filter(each -> each.getName().equals(SIDECAR))
                .map(Workloads::tagOf)
                .findFirst();
    }

    private static Optional<Versions> version(Container container) {
        return Versions.read(tagOf(container));
    }

    private static String tagOf(Container container) {
        String image = String.valueOf(container.getImage());
        int colon = image.lastIndexOf(':');
        return colon > image.lastIndexOf('/') ? image.substring(colon + 1) : "latest";
    }
}
