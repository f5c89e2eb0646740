package dev.torii.config.compile;

import dev.torii.config.resource.Service;

/** What a backendRef led to. */
sealed interface Resolution {

    /** A port of a Service that may be used. */
    record ServicePort(Service service, Service.Port port) implements Resolution {}

    /**
     * Nothing.
     *
     * @param field the part of the ref that is wrong, with a dot before
     * @param detail what requests are told, see {@link dev.torii.routing.Target.Invalid}
     */
    record Broken(String field, Problem problem, String detail) implements Resolution {}
}
