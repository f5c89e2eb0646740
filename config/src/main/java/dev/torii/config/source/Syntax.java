package dev.torii.config.source;

import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/** The forms a text can have to have. Source, unless said: the CRDs of Gateway API v1.6. */
enum Syntax {
    /** One line of anything, perhaps empty. */
    LINE(0, 4096, "[^\\x00-\\x1f\\x7f]*", "must be one line"),
    NON_EMPTY(1, 4096, "[^\\x00-\\x1f\\x7f]*", "must be one line"),
    GROUP(0, 253, "|" + Syntax.NAME, "must be empty or a domain name"),
    KIND(1, 63, "[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?", "must be a kind of letters, digits and `-`"),
    /** RFC 1123 subdomain: how most objects must be named. */
    OBJECT_NAME(1, 253, Syntax.NAME, "must be lower-case letters, digits, `-` and `.`"),
    LABEL(1, 63, Syntax.WORD, "must be lower-case letters, digits and `-`"),
    SECTION_NAME(1, 253, Syntax.NAME, "must be lower-case letters, digits, `-` and `.`"),
    HOSTNAME(
            1,
            253,
            "(\\*\\.)?" + Syntax.NAME,
            "must be a host name in lower case, perhaps starting with `*.`, without a port"),
    PRECISE_HOSTNAME(1, 253, Syntax.NAME, "must be a host name in lower case, without `*` or a port"),
    PROTOCOL(
            1,
            255,
            "[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?|" + Syntax.NAME + "/[A-Za-z0-9]+",
            "must be letters, digits and `-`, such as `HTTP`"),
    ADDRESS_TYPE(
            1,
            253,
            "Hostname|IPAddress|NamedAddress|" + Syntax.NAME + "/[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+",
            "must be `IPAddress`, `Hostname`, `NamedAddress` or a domain-prefixed type"),
    CONTROLLER_NAME(
            1,
            253,
            Syntax.NAME + "/[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+",
            "must be a domain and a path, such as `torii.dev/gateway-controller`"),
    /** RFC 9110 token; query parameter names too. */
    HEADER_NAME(1, 256, "[A-Za-z0-9!#$%&'*+\\-.^_`|~]+", "must be a header name"),
    /** Names a cookie or header. */
    SESSION_NAME(1, 128, "[A-Za-z0-9!#$%&'*+\\-.^_`|~]+", "must be a cookie or header name"),
    /** The CRD's experimental, stricter form: nothing may end the header early. */
    HEADER_VALUE(1, 4096, "[!-~]+([\t ]+[!-~]+)*", "must be printable ASCII without space around it"),
    QUERY_VALUE(1, 1024, "[^\\x00-\\x1f\\x7f]*", "must be one line"),
    GRPC_SERVICE(
            1,
            1024,
            "\\.?[A-Za-z_][A-Za-z_0-9]*(\\.[A-Za-z_][A-Za-z_0-9]*)*",
            "must be a gRPC service such as `shop.v1.Cart`"),
    GRPC_METHOD(1, 1024, "[A-Za-z_][A-Za-z_0-9]*", "must be a gRPC method such as `AddItem`"),
    PATH(1, 1024, "/[\\x21-\\x7e]*", "must be a path that starts with `/` and has no spaces"),
    /** What stands for a prefix, which may be nothing. */
    NEW_PREFIX(0, 1024, "|/[\\x21-\\x7e]*", "must be empty or start with `/`, and have no spaces"),
    COOKIE_PATH(1, 1024, "/[\\x20-\\x3a\\x3c-\\x7e]*", "must start with `/` and contain no `;`"),
    DURATION(
            1,
            64,
            "([0-9]{1,5}(h|m|s|ms)){1,4}",
            "must be a duration of whole `h`, `m`, `s` or `ms`, such as `1s500ms`"),
    ORIGIN(1, 253, "\\*|" + Syntax.SCHEME + "://[^:/?#\\s]+(:([0-9]{1,5}))?", "must be `*` or `scheme://host[:port]`"),
    CORS_METHOD(
            1,
            7,
            "GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|\\*",
            "must be an HTTP method in capitals, or `*`"),
    URI(1, 253, Syntax.SCHEME + ":[^\\x00-\\x20\\x7f]+", "must be a URI with a scheme");

    private static final String WORD = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String NAME = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
    private static final String SCHEME = "[a-zA-Z][a-zA-Z0-9+\\-.]*";

    private final int shortest;
    private final int longest;
    private final Pattern pattern;
    private final String rule;

    Syntax(int shortest, int longest, String pattern, String rule) {
        this.shortest = shortest;
        this.longest = longest;
        this.pattern = Pattern.compile(pattern);
        this.rule = rule;
    }

    int shortest() {
        return shortest;
    }

    int longest() {
        return longest;
    }

    /** RE2, for all of a text. */
    String pattern() {
        return pattern.pattern();
    }

    /** What a text would have to be and is not, starting with "must"; null when it is fine. */
    @Nullable
    String problem(String text) {
        if (text.length() < shortest) {
            return "must not be empty";
        }
        if (text.length() > longest) {
            return "must have at most " + longest + " characters";
        }
        return pattern.matches(text) ? null : rule;
    }
}
