package dev.torii.config.resource;

import dev.torii.routing.HostPattern;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gateway API {@code Gateway}.
 *
 * @param className {@code ""} when absent, which files may
 * @param listeners at {@code spec.listeners[i]}
 * @param addresses at {@code spec.addresses[i]}
 * @param infrastructure at {@code spec.infrastructure}; what is made for it in a cluster, and nothing in files
 * @param allowedListeners whose {@link ListenerSet}s it takes listeners from
 * @param backendClientCertificate at {@code spec.tls.backend.clientCertificateRef}, or null
 * @param frontendTls at {@code spec.tls.frontend}, or null
 */
public record Gateway(
        Metadata metadata,
        String className,
        List<Listener> listeners,
        List<Address> addresses,
        Infrastructure infrastructure,
        AllowedNamespaces allowedListeners,
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
     * What is made for a Gateway in a cluster, and how.
     *
     * @param labels of all that is made
     * @param annotations of all that is made
     * @param parametersRef in the Gateway's own namespace, or null
     */
    public record Infrastructure(
            Map<String, String> labels,
            Map<String, String> annotations,
            @Nullable ObjectRef parametersRef) {

        public static final Infrastructure NONE = new Infrastructure(Map.of(), Map.of(), null);

        public Infrastructure {
            labels = Map.copyOf(labels);
            annotations = Map.copyOf(annotations);
        }
    }

    /**
     * Of a Gateway, or of a {@link ListenerSet}.
     *
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

    /**
     * From where others may attach themselves.
     *
     * @param selector only with {@link From#SELECTOR}, else null
     */
    public record AllowedNamespaces(From from, @Nullable LabelSelector selector) {

        public static final AllowedNamespaces NOWHERE = new AllowedNamespaces(From.NONE, null);

        public enum From {
            ALL,
            SAME,
            SELECTOR,
            NONE
        }
    }

    public record RouteKind(String group, String kind) {}

    /** @param value {@code ""} asks for any address of the type */
    public record Address(String type, String value) {}

    /**
     * Whether clients of HTTPS listeners must show a certificate.
     *
     * @param fallback the {@code default} block's, or null
     * @param perPort overrides it, at {@code perPort[i]}; each port is there once
     */
    public record FrontendTls(@Nullable ClientValidation fallback, List<PortValidation> perPort) {

        public FrontendTls {
            perPort = List.copyOf(perPort);
        }

        /** All there are. */
        public Stream<ClientValidation> validations() {
            return Stream.concat(Stream.of(new PortValidation(0, fallback)), perPort.stream())
                    .flatMap(each -> Stream.ofNullable(each.validation()));
        }
    }

    /** @param validation null asks the port's clients for no certificate */
    public record PortValidation(int port, @Nullable ClientValidation validation) {}

    public record ClientValidation(List<ObjectRef> caCertificateRefs, boolean allowInsecureFallback) {

        public ClientValidation {
            caCertificateRefs = List.copyOf(caCertificateRefs);
        }
    }
}
