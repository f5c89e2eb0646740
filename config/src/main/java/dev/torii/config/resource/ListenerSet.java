package dev.torii.config.resource;

import java.util.List;

/**
 * Gateway API {@code ListenerSet}: listeners that somebody else than a Gateway's owner adds to it.
 *
 * @param gateway at {@code spec.parentRef}
 * @param listeners at {@code spec.listeners[i]}; their names differ from each other only, not from the Gateway's
 */
public record ListenerSet(Metadata metadata, ObjectRef gateway, List<Gateway.Listener> listeners) implements Resource {

    public ListenerSet {
        listeners = List.copyOf(listeners);
    }

    @Override
    public String group() {
        return GATEWAY_GROUP;
    }

    @Override
    public String kind() {
        return "ListenerSet";
    }
}
