package dev.torii.config.source;

import dev.torii.config.Wording;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.Gateway.AllowedNamespaces;
import dev.torii.config.resource.Gateway.ClientValidation;
import dev.torii.config.resource.Gateway.FrontendTls;
import dev.torii.config.resource.Gateway.Infrastructure;
import dev.torii.config.resource.Gateway.Listener;
import dev.torii.config.resource.Gateway.PortValidation;
import dev.torii.config.resource.GatewayClass;
import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.Resource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads Gateways and their classes. */
final class GatewayReader {

    private static final int MOST_PORTS = 64;
    private static final int MOST_ADDRESSES = 16;

    private final Refs refs;

    private GatewayReader(Refs refs) {
        this.refs = refs;
    }

    static @Nullable Resource gatewayClass(Metadata metadata, Fields root) {
        Refs refs = new Refs("");
        return root.need("spec").mapping(spec -> {
            spec.get("description").text();
            return new GatewayClass(
                    metadata,
                    spec.need("controllerName").text(Syntax.CONTROLLER_NAME),
                    spec.get("parametersRef").mapping(refs::full));
        });
    }

    static @Nullable Resource gateway(Metadata metadata, Fields root) {
        GatewayReader reader = new GatewayReader(new Refs(metadata.namespace()));
        return root.need("spec").mapping(spec -> reader.read(metadata, spec));
    }

    private Gateway read(Metadata metadata, Fields spec) {
        spec.get("defaultScope").oneOf("None", "All", "None");
        spec.get("defaultScope").notYetServed();
        AllowedNamespaces allowed = spec.get("allowedListeners").mapping(GatewayReader::allowedListeners);
        List<Listener> listeners = ListenerReader.listeners(spec, refs);
        List<Gateway.Address> addresses = spec.get("addresses").list(0, MOST_ADDRESSES, GatewayReader::address);
        Infrastructure infrastructure = spec.get("infrastructure").mapping(this::infrastructure);
        Tls tls = spec.get("tls").mapping(this::tls);
        return new Gateway(
                metadata,
                spec.get("gatewayClassName").text(Syntax.NON_EMPTY, ""),
                listeners,
                addresses,
                infrastructure == null ? Infrastructure.NONE : infrastructure,
                allowed == null ? AllowedNamespaces.NOWHERE : allowed,
                tls == null ? null : tls.backendCertificate,
                tls == null ? null : tls.frontend);
    }

    private static @Nullable AllowedNamespaces allowedListeners(Fields allowed) {
        return allowed.get("namespaces")
                .mapping(fields -> ListenerReader.namespaces(
                        fields, AllowedNamespaces.NOWHERE, "All", "Selector", "Same", "None"));
    }

    private static Gateway.Address address(Fields fields) {
        String type = fields.get("type").text(Syntax.ADDRESS_TYPE, "IPAddress");
        Cell value = fields.get("value");
        String text = value.text(Syntax.LINE, "");
        if (type.equals("IPAddress") && !text.isEmpty() && !Addresses.isIp(text)) {
            value.error(Wording.quote(text) + " is no IP address");
        } else if (type.equals("Hostname") && !text.isEmpty() && Syntax.PRECISE_HOSTNAME.problem(text) != null) {
            value.error(Wording.quote(text) + " is no host name");
        }
        return new Gateway.Address(type, text);
    }

    private Infrastructure infrastructure(Fields infrastructure) {
        return new Infrastructure(
                infrastructure.get("labels").textMap(),
                infrastructure.get("annotations").textMap(),
                infrastructure.get("parametersRef").mapping(refs::local));
    }

    private record Tls(
            @Nullable ObjectRef backendCertificate,
            @Nullable FrontendTls frontend) {}

    private Tls tls(Fields tls) {
        ObjectRef backend = tls.get("backend")
                .mapping(fields -> fields.get("clientCertificateRef").mapping(refs::secret));
        return new Tls(backend, tls.get("frontend").mapping(this::frontend));
    }

    private FrontendTls frontend(Fields frontend) {
        ClientValidation fallback = frontend.need("default").mapping(this::validation);
        Set<Integer> seen = new HashSet<>();
        List<PortValidation> perPort = frontend.get("perPort").list(0, MOST_PORTS, each -> {
            int port = each.need("port").integer(1, 65535, 0);
            if (!seen.add(port)) {
                each.get("port").error("port " + port + " is there twice");
            }
            return new PortValidation(port, each.need("tls").mapping(this::validation));
        });
        return new FrontendTls(fallback, perPort);
    }

    private @Nullable ClientValidation validation(Fields tls) {
        return tls.get("validation")
                .mapping(fields -> new ClientValidation(
                        fields.need("caCertificateRefs").list(1, 16, refs::full),
                        fields.get("mode")
                                .oneOf("AllowValidOnly", "AllowValidOnly", "AllowInsecureFallback")
                                .equals("AllowInsecureFallback")));
    }
}
