package dev.torii.config.source;

import dev.torii.config.Wording;
import dev.torii.config.resource.BackendRef;
import dev.torii.config.resource.RouteFilter;
import dev.torii.routing.Filter;
import dev.torii.routing.HeaderChange;
import dev.torii.routing.HeaderChange.Header;
import dev.torii.routing.PathChange;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code filters[]} of rules and backends. */
final class FilterReader {

    private static final int MOST_FILTERS = 16;
    private static final int MOST_HEADERS = 16;
    private static final String REDIRECT = "RequestRedirect";
    private static final String REWRITE = "URLRewrite";
    private static final HeaderChange NO_CHANGE = new HeaderChange(List.of(), List.of(), List.of());

    /** The types an HTTPRoute knows, each with the field that describes it. */
    private static final Map<String, String> HTTP = fieldOfType(
            "RequestHeaderModifier",
            "ResponseHeaderModifier",
            "RequestMirror",
            REDIRECT,
            REWRITE,
            "CORS",
            "ExternalAuth",
            "ExtensionRef");

    private static final Map<String, String> GRPC =
            fieldOfType("RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "ExtensionRef");

    private static final Set<String> REPEATABLE = Set.of("RequestMirror", "ExtensionRef");

    private final Refs refs;
    private final Map<String, String> types;

    private FilterReader(Refs refs, Map<String, String> types) {
        this.refs = refs;
        this.types = types;
    }

    static FilterReader http(Refs refs) {
        return new FilterReader(refs, HTTP);
    }

    static FilterReader grpc(Refs refs) {
        return new FilterReader(refs, GRPC);
    }

    private static Map<String, String> fieldOfType(String... types) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String type : types) {
            String field = Character.toLowerCase(type.charAt(0)) + type.substring(1);
            fields.put(type, type.equals("CORS") ? "cors" : type.equals(REWRITE) ? "urlRewrite" : field);
        }
        return fields;
    }

    /** The {@code filters} of a rule or backend. */
    List<RouteFilter> filters(Fields owner) {
        Set<String> seen = new HashSet<>();
        return owner.get("filters").list(0, MOST_FILTERS, filter -> {
            Cell type = filter.need("type");
            String name = type.oneOf("", types.keySet().toArray(String[]::new));
            boolean repeated = !name.isEmpty() && !seen.add(name) && !REPEATABLE.contains(name);
            if (repeated) {
                type.error("IncompatibleFilters", "only one `" + name + "` may be in a list of filters");
            } else if (name.equals(REDIRECT) && seen.contains(REWRITE)
                    || name.equals(REWRITE) && seen.contains(REDIRECT)) {
                type.error("IncompatibleFilters", "`RequestRedirect` and `URLRewrite` do not go together");
            }
            filter.union(name, types);
            return filter(filter, name);
        });
    }

    private RouteFilter filter(Fields filter, String type) {
        return switch (type) {
            case "RequestHeaderModifier" ->
                new RouteFilter.Plain(new Filter.RequestHeaders(headers(filter.get("requestHeaderModifier"))));
            case "ResponseHeaderModifier" ->
                new RouteFilter.Plain(new Filter.ResponseHeaders(headers(filter.get("responseHeaderModifier"))));
            case "RequestMirror" ->
                orUnsupported(type, filter.get("requestMirror").mapping(this::mirror));
            case REDIRECT -> plain(type, filter.get("requestRedirect").mapping(FilterReader::redirect));
            case REWRITE -> plain(type, filter.get("urlRewrite").mapping(FilterReader::rewrite));
            case "CORS" -> plain(type, filter.get("cors").mapping(CorsReader::read));
            case "ExternalAuth" -> {
                filter.get("externalAuth").notYetServed();
                filter.get("externalAuth").mapping(this::externalAuth);
                yield new RouteFilter.Unsupported(type);
            }
            default -> {
                filter.get("extensionRef").mapping(refs::local);
                yield new RouteFilter.Unsupported(type);
            }
        };
    }

    private static RouteFilter plain(String type, @Nullable Filter filter) {
        return orUnsupported(type, filter == null ? null : new RouteFilter.Plain(filter));
    }

    /** A filter whose block is missing has been reported; what stands for it must not be skipped either. */
    private static RouteFilter orUnsupported(String type, @Nullable RouteFilter filter) {
        return filter == null ? new RouteFilter.Unsupported(type) : filter;
    }

    private static HeaderChange headers(Cell modifier) {
        HeaderChange change = modifier.mapping(fields -> new HeaderChange(
                headerList(fields.get("set")),
                headerList(fields.get("add")),
                fields.get("remove").texts(0, MOST_HEADERS, Syntax.HEADER_NAME)));
        return change == null ? NO_CHANGE : change;
    }

    private static List<Header> headerList(Cell list) {
        Map<String, Header> byName = new LinkedHashMap<>();
        list.list(0, MOST_HEADERS, fields -> {
            String name = fields.need("name").text(Syntax.HEADER_NAME);
            Header header = new Header(name, fields.need("value").text(Syntax.HEADER_VALUE));
            if (byName.putIfAbsent(name.toLowerCase(Locale.ROOT), header) != null && !name.isEmpty()) {
                fields.warning("DuplicateName", "only the first " + Wording.quote(name) + " counts");
            }
            return header;
        });
        return List.copyOf(byName.values());
    }

    private RouteFilter mirror(Fields mirror) {
        BackendRef backend = mirror.need("backendRef").mapping(refs::backendObject);
        mirror.exclusive("percent", "fraction");
        int percent = mirror.get("percent").integer(0, 100, 100);
        int[] fraction = mirror.get("fraction").mapping(FilterReader::fraction);
        if (backend == null) {
            return new RouteFilter.Unsupported("RequestMirror");
        }
        return fraction == null
                ? new RouteFilter.Mirror(backend, percent, 100)
                : new RouteFilter.Mirror(backend, fraction[0], fraction[1]);
    }

    private static int[] fraction(Fields fraction) {
        int numerator = fraction.need("numerator").integer(0, Integer.MAX_VALUE, 0);
        int denominator = fraction.get("denominator").integer(1, Integer.MAX_VALUE, 100);
        if (numerator > denominator) {
            fraction.get("numerator")
                    .error("`numerator` must be at most `denominator`, but " + numerator + " is more than "
                            + denominator);
        }
        return new int[] {numerator, denominator};
    }

    private static Filter redirect(Fields redirect) {
        String scheme = redirect.get("scheme").oneOf("", "http", "https");
        Cell status = redirect.get("statusCode");
        int code = status.integer(0, 999, 302);
        if (!Set.of(301, 302, 303, 307, 308).contains(code)) {
            status.error("`statusCode` must be 301, 302, 303, 307 or 308, but is " + code);
        }
        return new Filter.Redirect(
                scheme.isEmpty() ? null : scheme,
                redirect.get("hostname").textOrNull(Syntax.PRECISE_HOSTNAME),
                redirect.get("path").mapping(FilterReader::path),
                redirect.get("port").integerOrNull(1, 65535),
                code);
    }

    private static Filter rewrite(Fields rewrite) {
        return new Filter.Rewrite(
                rewrite.get("hostname").textOrNull(Syntax.PRECISE_HOSTNAME),
                rewrite.get("path").mapping(FilterReader::path));
    }

    private static PathChange path(Fields path) {
        String type = path.need("type").oneOf("", "ReplaceFullPath", "ReplacePrefixMatch");
        path.union(type, Map.of("ReplaceFullPath", "replaceFullPath", "ReplacePrefixMatch", "replacePrefixMatch"));
        return type.equals("ReplacePrefixMatch")
                ? new PathChange.Prefix(path.get("replacePrefixMatch").text(Syntax.NEW_PREFIX))
                : new PathChange.Full(path.get("replaceFullPath").text(Syntax.PATH));
    }

    private boolean externalAuth(Fields auth) {
        String protocol = auth.need("protocol").oneOf("", "HTTP", "GRPC");
        auth.need("backendRef").mapping(refs::backendObject);
        auth.union(protocol, Map.of("GRPC", "grpc", "HTTP", "http"));
        auth.get("grpc").mapping(grpc -> grpc.get("allowedHeaders").texts(0, 64, Syntax.HEADER_NAME));
        auth.get("http").mapping(http -> {
            http.get("path").text(Syntax.NEW_PREFIX);
            http.get("allowedHeaders").texts(0, 64, Syntax.HEADER_NAME);
            return http.get("allowedResponseHeaders").texts(0, 64, Syntax.HEADER_NAME);
        });
        auth.get("forwardBody").mapping(body -> body.get("maxSize").integer(0, 65535, 0));
        return true;
    }
}
