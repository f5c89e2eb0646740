package dev.torii.config.resource;

import java.util.Map;

/**
 * What every object has.
 *
 * @param namespace {@code default} when the manifest names none; {@code ""} for a {@link Namespace} or {@link GatewayClass}
 * @param createdEpochSecond 0 when unknown, as in most files; older objects win ties
 * @param generation 0 when unknown
 * @param labels of a {@link Namespace}, which are selected by; other kinds have none that mean anything here
 * @param annotations ours, {@code torii.dev/…}; those of others are not kept
 * @param positions where the object and its values stand; takes no part in equality
 */
public record Metadata(
        String namespace,
        String name,
        long createdEpochSecond,
        long generation,
        Map<String, String> labels,
        Map<String, String> annotations,
        Positions positions) {

    public Metadata {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }
}
