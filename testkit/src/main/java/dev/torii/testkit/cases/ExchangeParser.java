package dev.torii.testkit.cases;

import dev.torii.testkit.cases.Exchange.Outcome;
import dev.torii.testkit.cases.Exchange.Protocol;
import dev.torii.testkit.cases.Exchange.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a request line and, one by one, the indented lines below it. */
final class ExchangeParser {

    private static final Pattern LINE = Pattern.compile("(?:(?<times>\\d+) times )?(?<method>[A-Z]+) (?<target>\\S+)"
            + "(?: over (?<over>h2c?))?(?: with SNI (?<sni>\\S+))?(?: with certificate (?<certificate>\\S+))?"
            + " -> (?<outcome>.+)");
    private static final Pattern OUTCOME =
            Pattern.compile("(?<not>not )?(?<statuses>.+?)(?: from (?<from>\\S+))?(?: to (?<to>\\S+))?");
    private static final Pattern URL =
            Pattern.compile("(?<scheme>https?)://(?<host>[^/:]+)(?::(?<port>\\d+))?(?<path>/.*)");
    private static final Pattern STREAM = Pattern.compile("(?:(?<host>[^/:]+):)?(?<port>\\d+)");
    private static final String ADDRESS = "127.0.0.1";

    private final int line;
    private final Matcher parts;
    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private final List<Check> checks = new ArrayList<>();

    private ExchangeParser(int line, Matcher parts) {
        this.line = line;
        this.parts = parts;
    }

    static ExchangeParser begin(int number, String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new IllegalArgumentException("expected 'METHOD target -> outcome', found: " + line);
        }
        ExchangeParser parser = new ExchangeParser(number, parts);
        parser.target();
        return parser;
    }

    /** An indented line, trimmed. */
    ExchangeParser add(int number, String text) {
        if (text.startsWith("> ")) {
            headers.add(CheckParser.header(text.substring(2)));
        } else if (!text.isEmpty() && !text.startsWith("#")) {
            checks.add(CheckParser.parse(number, text));
        }
        return this;
    }

    Exchange finish() {
        String times = parts.group("times");
        return new Exchange(
                line,
                times == null ? 1 : Integer.parseInt(times),
                parts.group("method"),
                target(),
                protocol(),
                parts.group("sni"),
                parts.group("certificate"),
                headers,
                outcome(),
                checks);
    }

    private Protocol protocol() {
        @Nullable String over = parts.group("over");
        return over == null ? Protocol.HTTP1 : over.equals("h2") ? Protocol.H2 : Protocol.H2C;
    }

    private Target target() {
        String text = parts.group("target");
        return switch (parts.group("method")) {
            case "TLS" -> stream("tls", text);
            case "TCP" -> stream("tcp", text);
            default -> url(text);
        };
    }

    private static Target url(String text) {
        if (text.startsWith("/")) {
            return new Target("http", ADDRESS, 80, text);
        }
        Matcher url = URL.matcher(text);
        if (!url.matches()) {
            throw new IllegalArgumentException("neither a path nor a URL: " + text);
        }
        String scheme = url.group("scheme");
        String port = url.group("port");
        int number = port != null ? Integer.parseInt(port) : scheme.equals("https") ? 443 : 80;
        return new Target(scheme, url.group("host"), number, url.group("path"));
    }

    private static Target stream(String scheme, String text) {
        Matcher stream = STREAM.matcher(text);
        if (!stream.matches()) {
            throw new IllegalArgumentException("expected 'host:port' or a port, found: " + text);
        }
        String host = stream.group("host");
        return new Target(scheme, host == null ? ADDRESS : host, Integer.parseInt(stream.group("port")), "");
    }

    private Outcome outcome() {
        Matcher m = OUTCOME.matcher(parts.group("outcome").trim());
        if (!m.matches()) {
            throw new IllegalArgumentException("not an outcome: " + parts.group("outcome"));
        }
        List<String> statuses = List.of(m.group("statuses").split("\\s*,\\s*|\\s+or\\s+"));
        boolean stream = statuses.equals(List.of("connected"));
        @Nullable String from = stream ? m.group("to") : m.group("from");
        return new Outcome(
                statuses,
                m.group("not") != null,
                from == null ? null : ObjectName.of(from),
                stream ? null : m.group("to"));
    }
}
