package dev.torii.config.resource;

import dev.torii.routing.Filter;

/** An entry of {@code filters[]} of an HTTPRoute or GRPCRoute. */
public sealed interface RouteFilter {

    /** One that refers to nothing else, ready to serve. */
    record Plain(Filter filter) implements RouteFilter {}

    /**
     * A copy of {@code numerator} in {@code denominator} requests.
     *
     * @param backend of weight 1, without filters
     */
    record Mirror(BackendRef backend, int numerator, int denominator) implements RouteFilter {}

    /**
     * One that Torii cannot serve ({@code ExternalAuth}, {@code ExtensionRef}). It must never be skipped: requests that
     * it would have seen get an error (Gateway API, {@code HTTPRouteFilter.extensionRef}).
     *
     * @param type as in the manifest
     */
    record Unsupported(String type) implements RouteFilter {}
}
