package dev.torii.control.provision;

import dev.torii.config.compile.GatewayParameters;
import dev.torii.config.resource.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * What is to be made, or is to be no more, for one Gateway, or for all that share proxies.
 *
 * @param owners whose deletion deletes it: the Gateway, or the GatewayClasses
 * @param name of all that is made, {@link Names#of}
 * @param gateway {@code namespace/name} that the proxies are for; {@code ""} for all that share them
 * @param wanted false when somebody else, or another Deployment, takes care of it
 * @param labels of all that is made, ours among them
 * @param annotations of all that is made
 * @param ports of listeners that are valid
 * @param addresses that are asked for; empty for any
 */
record Plan(
        List<ObjectKey> owners,
        String namespace,
        String name,
        String gateway,
        boolean wanted,
        GatewayParameters parameters,
        Map<String, String> labels,
        Map<String, String> annotations,
        SortedSet<Integer> ports,
        List<String> addresses) {

    Plan {
        owners = List.copyOf(owners);
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        addresses = List.copyOf(addresses);
    }
}
