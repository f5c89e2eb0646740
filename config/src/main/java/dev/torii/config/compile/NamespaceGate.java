package dev.torii.config.compile;

import dev.torii.config.resource.Gateway.AllowedNamespaces;
import dev.torii.config.resource.ResourceSet;
import java.util.HashMap;
import java.util.Map;

/** Tells who may attach himself to what, by namespace. The labels of each namespace are looked up once. */
final class NamespaceGate {

    private final ResourceSet resources;
    private final Map<String, Map<String, String>> labels = new HashMap<>();

    NamespaceGate(ResourceSet resources) {
        this.resources = resources;
    }

    /**
     * @param own namespace of what is attached to
     * @param namespace of what wants to be attached
     */
    boolean lets(AllowedNamespaces allowed, String own, String namespace) {
        return switch (allowed.from()) {
            case ALL -> true;
            case SAME -> namespace.equals(own);
            case NONE -> false;
            case SELECTOR ->
                allowed.selector() != null
                        && allowed.selector().matches(labels.computeIfAbsent(namespace, resources::labelsOfNamespace));
        };
    }

    /** Say, {@code its own namespace}. */
    static String describe(AllowedNamespaces allowed) {
        return switch (allowed.from()) {
            case ALL -> "all namespaces";
            case SAME -> "its own namespace";
            case SELECTOR -> "selected namespaces";
            case NONE -> "nowhere";
        };
    }
}
