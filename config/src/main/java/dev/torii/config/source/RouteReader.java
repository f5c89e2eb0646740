package dev.torii.config.source;

import dev.torii.config.Wording;
import dev.torii.config.resource.BackendRef;
import dev.torii.config.resource.GrpcRoute;
import dev.torii.config.resource.HttpRoute;
import dev.torii.config.resource.Metadata;
import dev.torii.config.resource.ParentRef;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.RouteFilter;
import dev.torii.config.resource.RouteRule;
import dev.torii.config.resource.TcpRoute;
import dev.torii.config.resource.TlsRoute;
import dev.torii.routing.Filter;
import dev.torii.routing.HashKey;
import dev.torii.routing.HostPattern;
import dev.torii.routing.PathChange;
import dev.torii.routing.PathMatch;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.Retry;
import dev.torii.routing.SessionPersistence;
import dev.torii.routing.Timeouts;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads HTTPRoute, GRPCRoute, TLSRoute and TCPRoute. */
final class RouteReader {

    private static final int MOST_RULES = 16;
    private static final int MOST_MATCHES = 64;
    private static final int MOST_MATCHES_OF_ROUTE = 128;
    private static final int MOST_BACKENDS = 16;
    private static final int MOST_HOSTNAMES = 16;
    private static final int MOST_SERVER_NAMES = 1024;
    private static final RouteRule DEFAULT_RULE =
            new RouteRule(null, List.of(MatchReader.EVERYTHING), List.of(), List.of(), Timeouts.NONE, null, null);

    private final Metadata metadata;
    private final Refs refs;
    private final Set<String> ruleNames = new HashSet<>();

    private RouteReader(Metadata metadata) {
        this.metadata = metadata;
        this.refs = new Refs(metadata.namespace());
    }

    static @Nullable Resource http(Metadata metadata, Fields root) {
        RouteReader reader = new RouteReader(metadata);
        HashKey splitBy = splitBy(metadata, root);
        return root.need("spec")
                .mapping(spec -> new HttpRoute(
                        metadata,
                        reader.parents(spec),
                        hostnames(spec.get("hostnames"), 0, MOST_HOSTNAMES),
                        reader.rules(spec, reader::httpRule),
                        splitBy));
    }

    static @Nullable Resource grpc(Metadata metadata, Fields root) {
        RouteReader reader = new RouteReader(metadata);
        HashKey splitBy = splitBy(metadata, root);
        return root.need("spec")
                .mapping(spec -> new GrpcRoute(
                        metadata,
                        reader.parents(spec),
                        hostnames(spec.get("hostnames"), 0, MOST_HOSTNAMES),
                        reader.rules(spec, reader::grpcRule),
                        splitBy));
    }

    static @Nullable Resource tls(Metadata metadata, Fields root) {
        RouteReader reader = new RouteReader(metadata);
        return root.need("spec").mapping(spec -> {
            List<ParentRef> parents = reader.parents(spec);
            List<HostPattern> names = hostnames(spec.need("hostnames"), 1, MOST_SERVER_NAMES);
            if (names.stream().anyMatch(name -> Addresses.isIp(name.value()))) {
                spec.get("hostnames").error("a server name must not be an IP address");
            }
            StreamRule rule = reader.streamRule(spec);
            return new TlsRoute(metadata, parents, names, rule.name, rule.backends);
        });
    }

    static @Nullable Resource tcp(Metadata metadata, Fields root) {
        RouteReader reader = new RouteReader(metadata);
        return root.need("spec").mapping(spec -> {
            List<ParentRef> parents = reader.parents(spec);
            StreamRule rule = reader.streamRule(spec);
            return new TcpRoute(metadata, parents, rule.name, rule.backends);
        });
    }

    private List<ParentRef> parents(Fields spec) {
        Cell useDefault = spec.get("useDefaultGateways");
        useDefault.oneOf("", "All", "None");
        useDefault.notYetServed();
        return refs.parents(spec);
    }

    private static List<HostPattern> hostnames(Cell list, int min, int max) {
        return list.texts(min, max, Syntax.HOSTNAME).stream()
                .map(HostPattern::of)
                .distinct()
                .toList();
    }

    private List<RouteRule> rules(Fields spec, Function<Fields, RouteRule> reader) {
        Cell list = spec.get("rules");
        if (!list.isPresent()) {
            return List.of(DEFAULT_RULE);
        }
        List<RouteRule> rules = list.list(1, MOST_RULES, reader);
        int matches = rules.stream().mapToInt(rule -> rule.matches().size()).sum();
        if (matches > MOST_MATCHES_OF_ROUTE) {
            list.error("a route must have at most " + MOST_MATCHES_OF_ROUTE + " matches, but has " + matches);
        }
        return rules;
    }

    private RouteRule httpRule(Fields rule) {
        String name = name(rule);
        List<RequestMatch> matches = matches(rule, MatchReader::http);
        FilterReader filterReader = FilterReader.http(refs);
        List<RouteFilter> filters = filterReader.filters(rule);
        List<BackendRef> backends = backends(rule, filterReader);
        checkPrefixes(rule, matches, filters, backends);
        if (!backends.isEmpty() && redirects(filters)) {
            rule.get("backendRefs")
                    .error("IncompatibleFilters", "a rule with `RequestRedirect` must not have backendRefs");
        }
        Timeouts timeouts = TimeoutReader.timeouts(rule);
        Retry retry = TimeoutReader.retry(rule, timeouts);
        return new RouteRule(name, matches, filters, backends, timeouts, retry, session(rule, name));
    }

    private RouteRule grpcRule(Fields rule) {
        String name = name(rule);
        List<RequestMatch> matches = matches(rule, MatchReader::grpc);
        FilterReader filterReader = FilterReader.grpc(refs);
        List<RouteFilter> filters = filterReader.filters(rule);
        List<BackendRef> backends = backends(rule, filterReader);
        return new RouteRule(name, matches, filters, backends, Timeouts.NONE, null, session(rule, name));
    }

    private @Nullable String name(Fields rule) {
        Cell cell = rule.get("name");
        String name = cell.textOrNull(Syntax.SECTION_NAME);
        if (name != null && !name.isEmpty() && !ruleNames.add(name)) {
            cell.error("the name " + Wording.quote(name) + " is taken by another rule of this route");
        }
        return name;
    }

    private static List<RequestMatch> matches(Fields rule, Function<Fields, RequestMatch> reader) {
        List<RequestMatch> matches = rule.get("matches").list(0, MOST_MATCHES, reader);
        return matches.isEmpty() ? List.of(MatchReader.EVERYTHING) : matches;
    }

    private List<BackendRef> backends(Fields rule, FilterReader filters) {
        return rule.get("backendRefs").list(0, MOST_BACKENDS, fields -> refs.backend(fields, filters.filters(fields)));
    }

    private @Nullable SessionPersistence session(Fields rule, @Nullable String name) {
        String owner = metadata.namespace() + "/" + metadata.name() + "/" + Objects.requireNonNullElse(name, "");
        return rule.get("sessionPersistence").mapping(session -> SessionReader.read(session, owner));
    }

    /** {@code ReplacePrefixMatch} makes sense only where a prefix was matched. */
    private static void checkPrefixes(
            Fields rule, List<RequestMatch> matches, List<RouteFilter> filters, List<BackendRef> backends) {
        boolean replaces =
                replacesPrefix(filters) || backends.stream().anyMatch(each -> replacesPrefix(each.filters()));
        if (replaces && !matches.stream().allMatch(match -> match.path() instanceof PathMatch.Prefix)) {
            rule.get("matches")
                    .error(
                            "UnsupportedValue",
                            "`ReplacePrefixMatch` needs every match of its rule to be a `PathPrefix`");
        }
    }

    private static boolean replacesPrefix(List<RouteFilter> filters) {
        return filters.stream()
                .anyMatch(each -> each instanceof RouteFilter.Plain plain
                        && (plain.filter() instanceof Filter.Rewrite rewrite
                                        && rewrite.path() instanceof PathChange.Prefix
                                || plain.filter() instanceof Filter.Redirect redirect
                                        && redirect.path() instanceof PathChange.Prefix));
    }

    private static boolean redirects(List<RouteFilter> filters) {
        return filters.stream()
                .anyMatch(each -> each instanceof RouteFilter.Plain plain && plain.filter() instanceof Filter.Redirect);
    }

    private record StreamRule(@Nullable String name, List<BackendRef> backends) {}

    private StreamRule streamRule(Fields spec) {
        List<StreamRule> rules = spec.need("rules")
                .list(
                        1,
                        1,
                        rule -> new StreamRule(
                                name(rule),
                                rule.need("backendRefs")
                                        .list(1, MOST_BACKENDS, fields -> refs.backend(fields, List.of()))));
        return rules.isEmpty() ? new StreamRule(null, List.of()) : rules.get(0);
    }

    /** The annotation that makes a split deterministic. */
    private static @Nullable HashKey splitBy(Metadata metadata, Fields root) {
        String text = metadata.annotations().get(Route.SPLIT_BY);
        if (text == null) {
            return null;
        }
        int colon = text.indexOf(':');
        String source = text.substring(0, Math.max(0, colon));
        String name = text.substring(colon + 1);
        if (Syntax.HEADER_NAME.problem(name) == null && source.equals("header")) {
            return new HashKey(HashKey.Source.HEADER, name.toLowerCase(Locale.ROOT));
        } else if (Syntax.HEADER_NAME.problem(name) == null && source.equals("cookie")) {
            return new HashKey(HashKey.Source.COOKIE, name);
        }
        Cell annotation = root.get("metadata").entry("annotations").entry(Route.SPLIT_BY);
        annotation.error(
                "`" + Route.SPLIT_BY + "` must be `header:<name>` or `cookie:<name>`, but is " + Wording.quote(text));
        return null;
    }
}
