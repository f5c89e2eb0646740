package dev.torii.config.resource;

import org.jspecify.annotations.Nullable;

/**
 * What a route wants to be attached to: a Gateway (or a Service, for the mesh). Source: Gateway API
 * {@code ParentReference}.
 *
 * @param sectionName of the listener (or Service port), or null for all
 * @param port of the listener, or null for all
 */
public record ParentRef(
        ObjectRef target,
        @Nullable String sectionName,
        @Nullable Integer port) {}
