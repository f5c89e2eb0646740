package dev.torii.control.identity;

import dev.torii.config.resource.ObjectKey;
import java.util.List;
import java.util.Map;

/** A proxy that may have what goes with it. */
public sealed interface Caller {

    /** Names the process among all others, {@code namespace/pod} in a cluster; {@code ""} when nobody knows. */
    String pod();

    /** A gateway that serves one Gateway. */
    record OfGateway(String pod, ObjectKey gateway) implements Caller {}

    /** A gateway that serves all Gateways of the classes that share one. */
    record OfSharedGateways(String pod) implements Caller {}

    /**
     * A sidecar.
     *
     * @param labels of its pod, by which Services select it; empty when there is no pod
     * @param service that it says it is of, {@code ""} for none; believed where nothing better is known
     * @param appPorts that it says its app has
     */
    record OfSidecar(String pod, String namespace, Map<String, String> labels, String service, List<Integer> appPorts)
            implements Caller {

        public OfSidecar {
            labels = Map.copyOf(labels);
            appPorts = List.copyOf(appPorts);
        }
    }
}
