package dev.torii.config.resource;

import org.jspecify.annotations.Nullable;

/**
 * Gateway API {@code GatewayClass}, which has no namespace.
 *
 * @param controllerName whose Gateways of this class are, {@link #OURS} for ours
 * @param parametersRef at {@code spec.parametersRef}, or null; its namespace is {@code ""} when none is named
 */
public record GatewayClass(
        Metadata metadata, String controllerName, @Nullable ObjectRef parametersRef) implements Resource {

    /** The controller that Torii is. */
    public static final String OURS = "torii.dev/gateway-controller";

    @Override
    public String group() {
        return GATEWAY_GROUP;
    }

    @Override
    public String kind() {
        return "GatewayClass";
    }

    public boolean isOurs() {
        return controllerName.equals(OURS);
    }
}
