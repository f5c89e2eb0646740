package dev.torii.config.resource;

import dev.torii.routing.HostPattern;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gateway API {@code Gateway}.
 *
 * @param className {@code ""} when absent, which files may
 * @param listeners at {@code spec.listeners[i]}
 * @param addresses at {@code spec.addresses[i]}
 * @param parametersRef of {@code spec.infrastructure}, or null; Torii knows no parameters
 * @param backendClientCertificate at {@code spec.tls.backend.clientCertificateRef}, or null
 * @param frontendTls at {@code spec.tls.frontend}, or null. Not enforced yet, and nothing that must not be served
 *     without it may be served
 */
public record Gateway(
        Metadata metadata,
        String className,
        List<Listener> listeners,
        List<Address> addresses,
        @Nullable ObjectRef parametersRef,
        @Nullable ObjectRef backendClientCertificate,
        @Nullable FrontendTls frontendTls)
        implements Resource {

    public Gateway {
        listeners = List.copyOf(listeners);
        addresses = List.copyOf(addresses);
    }

    @Override
    public String group() {
        return GATEWAY_GROUP;
    }

    @Override
    public String kind() {
        return "Gateway";
    }

    /**
     * @param protocol as configured; may be one that nobody supports
     * @param tls null for HTTP and TCP
     */
    public record Listener(
            String name,
            HostPattern hostname,
            int port,
            String protocol,
            @Nullable ListenerTls tls,
            AllowedRoutes allowedRoutes) {}

    /** @param certificateRefs at {@code tls.certificateRefs[i]} of the listener; empty when passing through */
    public record ListenerTls(boolean passthrough, List<ObjectRef> certificateRefs, Map<String, String> options) {

        public ListenerTls {
            certificateRefs = List.copyOf(certificateRefs);
            options = Map.copyOf(options);
        }
    }

    /** @param kinds empty means all that fit the protocol */
    public record AllowedRoutes(AllowedNamespaces namespaces, List<RouteKind> kinds) {

        public AllowedRoutes {
            kinds = List.copyOf(kinds);
        }
    }

    /** @param selector only with {@link From#SELECTOR}, else null */
    public record AllowedNamespaces(From from, @Nullable LabelSelector selector) {

        public enum From {
            ALL,
            SAME,
            SELECTOR
        }
    }

    public record RouteKind(String group, String kind) {}

    /** @param value {@code ""} asks for any address of the type */
    public record Address(String type, String value) {}

    /** @param perPort overrides {@code fallback} (the {@code default} block) for the port's HTTPS listeners */
    public record FrontendTls(@Nullable ClientValidation fallback, Map<Integer, ClientValidation> perPort) {

        public FrontendTls {
            perPort = Map.copyOf(perPort);
        }
    }

    public record ClientValidation(List<ObjectRef> caCertificateRefs, boolean allowInsecureFallback) {

        public ClientValidation {
            caCertificateRefs = List.copyOf(caCertificateRefs);
        }
    }
}
