package dev.torii.kube;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.ResourceNotFoundException;
import java.util.Map;
import java.util.Optional;

/**
 * The pod that this process runs in, as its environment says (downward API: {@code POD_NAMESPACE}, {@code POD_NAME},
 * {@code POD_IP}).
 *
 * @param name {@code ""} outside of pods
 * @param address {@code ""} when it is not known
 */
public record OwnPod(String namespace, String name, String address) {

    /** Torii's container in the Deployments that ship with it. */
    private static final String CONTAINER = "torii";

    /** Reads an environment. */
    public static OwnPod of(Map<String, String> environment) {
        return new OwnPod(
                environment.getOrDefault("POD_NAMESPACE", Cluster.ownNamespace()),
                environment.getOrDefault("POD_NAME", ""),
                environment.getOrDefault("POD_IP", ""));
    }

    /** Who this is in an election, and where the leader is reached: {@code podname@host:port}. */
    public String identity(int port) {
        String host = address.isEmpty() ? "localhost" : address.indexOf(':') >= 0 ? "[" + address + "]" : address;
        String who = name.isEmpty() ? "process-" + ProcessHandle.current().pid() : name;
        return who + "@" + host + ":" + port;
    }

    /**
     * The image that this process is of, which is the proxies' as well: so it is named in one place only. Asks the API
     * server; blocks.
     *
     * @return empty outside of pods
     * @throws IllegalStateException with one line for people, when the API server does not tell
     */
    public Optional<String> image(KubernetesClient client) {
        if (name.isEmpty()) {
            return Optional.empty();
        }
        try {
            Pod pod = client.pods().inNamespace(namespace).withName(name).require();
            return pod.getSpec().getContainers().stream()
                    .filter(each -> each.getName().equals(CONTAINER))
                    .map(Container::getImage)
                    .findFirst();
        } catch (KubernetesClientException | ResourceNotFoundException e) {
            throw new IllegalStateException("cannot learn the own image of " + name + ": " + Threads.line(e), e);
        }
    }
}
