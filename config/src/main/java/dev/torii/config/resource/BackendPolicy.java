package dev.torii.config.resource;

import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.routing.Resilience;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Torii's {@code BackendPolicy}: how to talk to a Service.
 *
 * @param loadBalancing null when not set
 * @param connection null when not set; parts that are not set have their defaults
 * @param protocol of {@code spec.connection}, null when not set; {@code AUTO} leaves it to the port's
 *     {@code appProtocol}, the others win over that
 * @param resilience {@link Resilience#NONE} when nothing of it is set
 */
public record BackendPolicy(
        Metadata metadata,
        List<PolicyTarget> targetRefs,
        @Nullable LoadBalancing loadBalancing,
        @Nullable ConnectionSettings connection,
        Cluster.@Nullable Protocol protocol,
        Resilience resilience)
        implements Resource {

    public BackendPolicy {
        targetRefs = List.copyOf(targetRefs);
    }

    @Override
    public String group() {
        return TORII_GROUP;
    }

    @Override
    public String kind() {
        return "BackendPolicy";
    }
}
