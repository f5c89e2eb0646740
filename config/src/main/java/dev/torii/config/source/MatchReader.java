package dev.torii.config.source;

import com.google.re2j.Pattern;
import dev.torii.config.Wording;
import dev.torii.routing.PathMatch;
import dev.torii.routing.PathNormalizer;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.RequestMatch.NamedMatch;
import dev.torii.routing.TextMatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads {@code matches[]} of HTTPRoutes and GRPCRoutes. */
final class MatchReader {

    static final RequestMatch EVERYTHING = new RequestMatch(new PathMatch.Prefix("/"), null, List.of(), List.of());

    private static final int MOST_CONDITIONS = 16;
    private static final Pattern PATH_CHARACTERS =
            Pattern.compile("(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+");
    private static final List<String> FORBIDDEN_IN_PATHS = List.of("//", "/./", "/../", "%2f", "%2F", "#");
    private static final String EXACT = "Exact";
    private static final String REGEX = "RegularExpression";
    private static final String PREFIX = "PathPrefix";

    private MatchReader() {}

    static RequestMatch http(Fields match) {
        PathMatch path = match.get("path").mapping(MatchReader::path);
        String method = match.get("method")
                .oneOf("", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");
        return new RequestMatch(
                path == null ? EVERYTHING.path() : path,
                method.isEmpty() ? null : method,
                conditions(match.get("headers"), Syntax.HEADER_VALUE, true),
                conditions(match.get("queryParams"), Syntax.QUERY_VALUE, false));
    }

    static RequestMatch grpc(Fields match) {
        PathMatch path = match.get("method").mapping(MatchReader::grpcMethod);
        return new RequestMatch(
                path == null ? EVERYTHING.path() : path,
                null,
                conditions(match.get("headers"), Syntax.HEADER_VALUE, true),
                List.of());
    }

    private static PathMatch path(Fields path) {
        String type = path.get("type").oneOf(PREFIX, EXACT, PREFIX, REGEX);
        Cell value = path.get("value");
        if (type.equals(REGEX)) {
            return value.isPresent() ? new PathMatch.Regex(value.regex()) : EVERYTHING.path();
        }
        String text = value.text(Syntax.PATH, "/");
        String normal = text.isEmpty() || !isAllowed(value, text) ? text : normal(value, text);
        return type.equals(EXACT) ? new PathMatch.Exact(normal) : new PathMatch.Prefix(normal);
    }

    /** Requests are compared in this form only: {@code /%61} is {@code /a}. */
    private static String normal(Cell value, String text) {
        String normal = PathNormalizer.normalize(text);
        if (normal.isEmpty()) {
            value.error("a path must have one reading, or no request matches it, but is " + Wording.quote(text));
            return text;
        }
        return normal;
    }

    /** The rules of the CRD for paths that are compared as they are. */
    private static boolean isAllowed(Cell value, String text) {
        for (String forbidden : FORBIDDEN_IN_PATHS) {
            if (text.contains(forbidden)) {
                value.error("a path must not contain `" + forbidden + "`, but is " + Wording.quote(text));
                return false;
            }
        }
        if (text.endsWith("/..") || text.endsWith("/.")) {
            value.error("a path must not end with `/.` or `/..`, but is " + Wording.quote(text));
            return false;
        }
        if (!PATH_CHARACTERS.matches(text)) {
            value.error("a path must have only characters that RFC 3986 allows, but is " + Wording.quote(text));
            return false;
        }
        return true;
    }

    private static PathMatch grpcMethod(Fields match) {
        boolean regex = match.get("type").oneOf(EXACT, EXACT, REGEX).equals(REGEX);
        Cell service = match.get("service");
        Cell method = match.get("method");
        if (!service.isPresent() && !method.isPresent()) {
            match.error("MissingField", "at least one of `service` and `method` must be set");
            return EVERYTHING.path();
        }
        return regex ? grpcRegex(service, method) : grpcExact(service, method);
    }

    private static PathMatch grpcExact(Cell service, Cell method) {
        String serviceName = service.text(Syntax.GRPC_SERVICE, "");
        String methodName = method.text(Syntax.GRPC_METHOD, "");
        if (!service.isPresent()) {
            return new PathMatch.AnyService(new TextMatch.Exact(methodName));
        }
        return method.isPresent()
                ? new PathMatch.Exact("/" + serviceName + "/" + methodName)
                : new PathMatch.Prefix("/" + serviceName);
    }

    private static PathMatch grpcRegex(Cell service, Cell method) {
        if (!service.isPresent()) {
            return new PathMatch.AnyService(new TextMatch.Regex(method.regex()));
        }
        String services = service.regex().pattern();
        String methods = method.isPresent() ? method.regex().pattern() : "[^/]+";
        return new PathMatch.Regex(Pattern.compile("/(?:" + services + ")/(?:" + methods + ")"));
    }

    /** Headers or query parameters; of one name the first counts. */
    private static List<NamedMatch> conditions(Cell list, Syntax values, boolean ignoreCase) {
        Map<String, NamedMatch> byName = new LinkedHashMap<>();
        list.list(0, MOST_CONDITIONS, condition -> {
            String name = condition.need("name").text(Syntax.HEADER_NAME);
            String key = ignoreCase ? name.toLowerCase(Locale.ROOT) : name;
            NamedMatch match = new NamedMatch(key, text(condition, values));
            if (byName.putIfAbsent(key, match) != null && !name.isEmpty()) {
                condition.warning("DuplicateName", "only the first " + Wording.quote(name) + " counts");
            }
            return match;
        });
        return List.copyOf(byName.values());
    }

    private static TextMatch text(Fields condition, Syntax values) {
        String type = condition.get("type").oneOf(EXACT, EXACT, REGEX);
        Cell value = condition.need("value");
        return type.equals(REGEX) ? TextMatch.regex(value.regex()) : new TextMatch.Exact(value.text(values));
    }
}
