package dev.torii.config.source;

import dev.torii.config.Wording;
import dev.torii.config.resource.Gateway.AllowedNamespaces;
import dev.torii.config.resource.Gateway.AllowedNamespaces.From;
import dev.torii.config.resource.Gateway.AllowedRoutes;
import dev.torii.config.resource.Gateway.Listener;
import dev.torii.config.resource.Gateway.ListenerTls;
import dev.torii.config.resource.Gateway.RouteKind;
import dev.torii.config.resource.LabelSelector;
import dev.torii.config.resource.LabelSelector.Operator;
import dev.torii.config.resource.LabelSelector.Requirement;
import dev.torii.config.resource.ListenerSet;
import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.Resource;
import dev.torii.routing.HostPattern;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the listeners of one Gateway or ListenerSet, and ListenerSets, which have nothing else. */
final class ListenerReader {

    private static final int MOST_LISTENERS = 64;
    private static final int MOST_CERTIFICATES = 64;
    private static final int MOST_KINDS = 8;
    private static final AllowedNamespaces SAME = new AllowedNamespaces(From.SAME, null);
    private static final AllowedRoutes DEFAULT_ALLOWED = new AllowedRoutes(SAME, List.of());

    private final Refs refs;
    private final Set<String> names = new HashSet<>();
    private final Set<List<Object>> places = new HashSet<>();

    private ListenerReader(Refs refs) {
        this.refs = refs;
    }

    static @Nullable Resource listenerSet(Metadata metadata, Fields root) {
        Refs refs = new Refs(metadata.namespace());
        return root.need("spec").mapping(spec -> {
            ObjectRef parent = spec.need("parentRef").mapping(refs::gateway);
            List<Listener> listeners = listeners(spec, refs);
            return parent == null ? null : new ListenerSet(metadata, parent, listeners);
        });
    }

    static List<Listener> listeners(Fields spec, Refs refs) {
        return spec.need("listeners").list(1, MOST_LISTENERS, new ListenerReader(refs)::listener);
    }

    private Listener listener(Fields listener) {
        Cell name = listener.need("name");
        String text = name.text(Syntax.SECTION_NAME);
        if (!text.isEmpty() && !names.add(text)) {
            name.error("the name " + Wording.quote(text) + " is taken by another listener here");
        }
        int port = listener.need("port").integer(1, 65535, 0);
        String protocol = listener.need("protocol").text(Syntax.PROTOCOL);
        Cell hostname = listener.get("hostname");
        String host = hostname.text(Syntax.HOSTNAME, "");
        boolean stream = protocol.equals("TCP") || protocol.equals("UDP");
        if (stream) {
            hostname.error("a `" + protocol + "` listener must not have a `hostname`");
        }
        boolean placed = port > 0 && !protocol.isEmpty() && host.isEmpty() != hostname.isPresent();
        if (placed && !places.add(List.of(port, protocol, host))) {
            listener.error("InvalidValue", "another listener has the same `port`, `protocol` and `hostname`");
        }
        return new Listener(
                text,
                HostPattern.of(stream ? "" : host),
                port,
                protocol,
                listenerTls(listener, protocol),
                orDefault(listener.get("allowedRoutes").mapping(ListenerReader::allowedRoutes)));
    }

    private static AllowedRoutes orDefault(@Nullable AllowedRoutes allowed) {
        return allowed == null ? DEFAULT_ALLOWED : allowed;
    }

    private @Nullable ListenerTls listenerTls(Fields listener, String protocol) {
        Cell cell = listener.get("tls");
        if (Set.of("HTTP", "TCP", "UDP").contains(protocol)) {
            cell.error("a `" + protocol + "` listener must not have `tls`");
        } else if (protocol.equals("TLS") && !cell.isPresent()) {
            listener.error("MissingField", "a `TLS` listener needs `tls` with a `mode`");
        }
        ListenerTls tls = cell.mapping(fields -> tls(fields, protocol));
        return tls != null || !protocol.equals("HTTPS") ? tls : new ListenerTls(false, List.of(), Map.of());
    }

    private ListenerTls tls(Fields tls, String protocol) {
        Cell mode = protocol.equals("TLS") ? tls.need("mode") : tls.get("mode");
        String word = mode.isPresent() ? mode.oneOf("", "Terminate", "Passthrough") : "Terminate";
        boolean passthrough = word.equals("Passthrough");
        if (passthrough && protocol.equals("HTTPS")) {
            mode.error("an `HTTPS` listener must have mode `Terminate`");
        }
        List<ObjectRef> certificates = tls.get("certificateRefs").list(0, MOST_CERTIFICATES, refs::secret);
        Map<String, String> options = tls.get("options").textMap();
        if (word.equals("Terminate") && certificates.isEmpty() && options.isEmpty()) {
            tls.error("MissingField", "mode `Terminate` needs `certificateRefs`");
        }
        return new ListenerTls(passthrough, passthrough ? List.of() : certificates, options);
    }

    private static AllowedRoutes allowedRoutes(Fields allowed) {
        AllowedNamespaces namespaces =
                allowed.get("namespaces").mapping(fields -> namespaces(fields, SAME, "All", "Selector", "Same"));
        List<RouteKind> kinds = allowed.get("kinds")
                .list(
                        0,
                        MOST_KINDS,
                        fields -> new RouteKind(
                                fields.get("group").text(Syntax.GROUP, Resource.GATEWAY_GROUP),
                                fields.need("kind").text(Syntax.KIND)));
        return new AllowedRoutes(namespaces == null ? SAME : namespaces, kinds);
    }

    /** @param allowed which of the four words may stand there */
    static AllowedNamespaces namespaces(Fields namespaces, AllowedNamespaces unless, String... allowed) {
        Cell from = namespaces.get("from");
        String word = from.oneOf("", allowed);
        LabelSelector selector = namespaces.get("selector").mapping(ListenerReader::selector);
        if (word.equals("Selector")) {
            namespaces.need("selector");
        }
        return switch (word) {
            case "All" -> new AllowedNamespaces(From.ALL, null);
            case "Selector" ->
                new AllowedNamespaces(
                        From.SELECTOR, selector == null ? new LabelSelector(Map.of(), List.of()) : selector);
            case "Same" -> SAME;
            case "None" -> AllowedNamespaces.NOWHERE;
            default -> unless;
        };
    }

    private static LabelSelector selector(Fields selector) {
        return new LabelSelector(
                selector.get("matchLabels").textMap(),
                selector.get("matchExpressions").list(0, 64, ListenerReader::requirement));
    }

    private static Requirement requirement(Fields fields) {
        String word = fields.need("operator").oneOf("", "In", "NotIn", "Exists", "DoesNotExist");
        boolean valued = word.equals("In") || word.equals("NotIn");
        Cell values = valued ? fields.need("values") : fields.get("values");
        List<String> texts = values.texts(valued ? 1 : 0, valued || word.isEmpty() ? 64 : 0, Syntax.LINE);
        Operator operator = Map.of("In", Operator.IN, "NotIn", Operator.NOT_IN, "Exists", Operator.EXISTS)
                .getOrDefault(word, Operator.DOES_NOT_EXIST);
        return new Requirement(fields.need("key").text(Syntax.NON_EMPTY), operator, texts);
    }
}
