package dev.torii.config.compile;

import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.Gateway.ListenerTls;
import dev.torii.config.resource.Gateway.RouteKind;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.Resource;
import dev.torii.routing.HostPattern;
import dev.torii.routing.KeyPair;
import dev.torii.routing.Listener.Protocol;
import dev.torii.routing.Port.Wire;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A listener while its configuration is being worked out. */
final class ListenerDraft {

    private static final String INVALID_CERTIFICATE = "InvalidCertificateRef";

    final GatewayDraft owner;
    /** The ListenerSet that it is in, or null when it is the Gateway's own. */
    final @Nullable ListenerSetDraft set;

    final Gateway.Listener spec;
    /** Where it stands: {@code spec.listeners[i]}. */
    final String field;
    /** Null when Torii does not speak it. */
    final @Nullable Protocol protocol;

    final List<String> supportedKinds;
    final List<KeyPair> certificates = new ArrayList<>();
    /** Who must vouch for its clients; null when nobody need. */
    @Nullable
    String clientAuthorities;
    /** The routes it serves, each with those of its hostnames that fall under the listener's. */
    final Map<RouteDraft, List<HostPattern>> routes = new LinkedHashMap<>();
    /** Why it is not accepted, or null. */
    @Nullable
    Problem rejected;
    /** Whether {@link #rejected} is a conflict with other listeners. */
    boolean conflicted;
    /** What of its references does not resolve, or null. */
    @Nullable
    Problem unresolved;
    /** Listeners whose hostnames overlap with this one's, when both terminate TLS. */
    final List<String> overlaps = new ArrayList<>();

    ListenerDraft(
            GatewayDraft owner, @Nullable ListenerSetDraft set, int index, References references, Findings findings) {
        this.owner = owner;
        this.set = set;
        this.spec = (set == null ? owner.gateway.listeners() : set.set.listeners()).get(index);
        this.field = "spec.listeners[" + index + "]";
        this.protocol = protocol(spec);
        this.supportedKinds = supportedKinds(findings);
        if (protocol == null) {
            String message = "protocol `" + spec.protocol() + "` is not supported, only HTTP, HTTPS, TLS and TCP are";
            reject(findings, ".protocol", new Problem("UnsupportedProtocol", message));
        } else if (terminatesTls()) {
            readCertificates(references, findings);
        }
        if (protocol == Protocol.HTTPS) {
            readClientValidation(references, findings);
        }
    }

    private static @Nullable Protocol protocol(Gateway.Listener spec) {
        ListenerTls tls = spec.tls();
        return switch (spec.protocol()) {
            case "HTTP" -> Protocol.HTTP;
            case "HTTPS" -> Protocol.HTTPS;
            case "TLS" -> tls != null && tls.passthrough() ? Protocol.TLS_PASSTHROUGH : Protocol.TLS_TERMINATE;
            case "TCP" -> Protocol.TCP;
            default -> null;
        };
    }

    private List<String> supportedKinds(Findings findings) {
        List<String> known = protocol == null
                ? List.of()
                : switch (protocol) {
                    case HTTP, HTTPS -> List.of("HTTPRoute", "GRPCRoute");
                    case TLS_TERMINATE, TLS_PASSTHROUGH -> List.of("TLSRoute");
                    case TCP -> List.of("TCPRoute");
                };
        List<RouteKind> wanted = spec.allowedRoutes().kinds();
        if (wanted.isEmpty() || protocol == null) {
            return known;
        }
        List<String> kinds = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            RouteKind kind = wanted.get(i);
            if (kind.group().equals(Resource.GATEWAY_GROUP) && known.contains(kind.kind())) {
                kinds.add(kind.kind());
            } else {
                String message = "a listener of protocol " + spec.protocol() + " takes " + String.join(" and ", known)
                        + ", not `" + kind.kind() + "`";
                unresolved = new Problem("InvalidRouteKinds", message);
                findings.error(holder(), field + ".allowedRoutes.kinds[" + i + "].kind", unresolved);
            }
        }
        return kinds;
    }

    /** A missing grant is told rather than another problem, and any of them rather than one with route kinds. */
    private void readCertificates(References references, Findings findings) {
        List<ObjectRef> refs = spec.tls() == null ? List.of() : spec.tls().certificateRefs();
        for (int i = 0; i < refs.size(); i++) {
            String at = field + ".tls.certificateRefs[" + i + "]";
            Outcome<KeyPair> outcome = references.keyPair(holder(), refs.get(i), INVALID_CERTIFICATE);
            if (outcome.value() != null) {
                certificates.add(outcome.value());
                references.warnOfValidity(holder(), at, outcome.value());
            } else if (outcome.problem() != null) {
                Problem problem = orServedStill(outcome.problem(), references, refs.get(i));
                findings.error(holder(), at, problem);
                if (unresolved == null || !unresolved.reason().equals(References.NOT_PERMITTED)) {
                    unresolved = problem;
                }
            }
        }
        if (refs.isEmpty()) {
            unresolved = new Problem(INVALID_CERTIFICATE, "a listener that terminates TLS needs certificateRefs");
            findings.error(holder(), field + ".tls", unresolved);
        }
    }

    /** A Secret that goes missing or bad takes nothing from those who are served; a grant that goes does. */
    private Problem orServedStill(Problem problem, References references, ObjectRef ref) {
        KeyPair before = problem.reason().equals(INVALID_CERTIFICATE) ? references.served(name(), ref) : null;
        if (before == null) {
            return problem;
        }
        certificates.add(before);
        return new Problem(problem.reason(), problem.message() + "; what it held before is served still");
    }

    /** What cannot be checked as it was asked for is not served. A grant that is missing is told rather than that. */
    private void readClientValidation(References references, Findings findings) {
        FrontendValidation asked = FrontendValidation.of(owner.gateway, spec.port(), references, findings);
        clientAuthorities = asked.authorities();
        rejected = asked.rejected();
        if (unresolved == null || !unresolved.reason().equals(References.NOT_PERMITTED)) {
            unresolved = asked.unresolved() == null ? unresolved : asked.unresolved();
        }
    }

    void reject(Findings findings, String part, Problem problem) {
        rejected = problem;
        findings.error(holder(), field + part, problem);
    }

    boolean terminatesTls() {
        return protocol == Protocol.HTTPS || protocol == Protocol.TLS_TERMINATE;
    }

    /** What it expects on its port's connections; only for supported protocols. */
    Wire wire() {
        return switch (Objects.requireNonNull(protocol)) {
            case HTTP -> Wire.HTTP;
            case HTTPS, TLS_TERMINATE, TLS_PASSTHROUGH -> Wire.TLS;
            case TCP -> Wire.TCP;
        };
    }

    boolean isServed() {
        boolean allowed = set == null || set.rejected == null;
        return allowed && rejected == null && !(terminatesTls() && certificates.isEmpty());
    }

    /** The object that it stands in: a Gateway or a ListenerSet. */
    Resource holder() {
        return set == null ? owner.gateway : set.set;
    }

    /** As those call it who know the Gateway. */
    String shortName() {
        return set == null ? spec.name() : set.set.path() + "/" + spec.name();
    }

    /** {@code namespace/gateway/listener}; with {@code namespace/set} before the listener when it is of a ListenerSet. */
    String name() {
        return owner.gateway.path() + "/" + shortName();
    }
}
