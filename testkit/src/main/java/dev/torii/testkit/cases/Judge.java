package dev.torii.testkit.cases;

import dev.torii.testkit.cases.Exchange.Outcome;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Holds one answer against what a case expects of it, by the rules of the suite's harness. */
final class Judge {

    /** A disagreement, and the line of the case that it is with. */
    record Complaint(int line, String message) {}

    private final CaseCertificates certificates;
    private final Exchange exchange;
    private final Answer answer;
    private final List<Complaint> complaints = new ArrayList<>();

    private Judge(CaseCertificates certificates, Exchange exchange, Answer answer) {
        this.certificates = certificates;
        this.exchange = exchange;
        this.answer = answer;
    }

    static List<Complaint> judge(CaseCertificates certificates, Exchange exchange, Answer answer) {
        Judge judge = new Judge(certificates, exchange, answer);
        if (judge.outcome()) {
            judge.unchanged();
            exchange.checks().forEach(judge::check);
        }
        return judge.complaints;
    }

    /** Whether it is worth looking any further. */
    private boolean outcome() {
        Outcome expected = exchange.outcome();
        if (expected.statuses().contains(answer.status()) == expected.negated()) {
            String wanted = (expected.negated() ? "not " : "") + String.join(" or ", expected.statuses());
            complain(exchange.line(), "expected " + wanted + ", got " + answer.summary());
            return false;
        }
        if (expected.from() != null && !isFrom(expected.from())) {
            complain(exchange.line(), "expected an answer from " + expected.from() + ", got " + answer.summary());
            return false;
        }
        if (expected.location() != null) {
            Redirect.disagreement(exchange.target(), expected.location(), answer.header("location"))
                    .ifPresent(message -> complain(exchange.line(), message));
        }
        return true;
    }

    private boolean isFrom(ObjectName service) {
        JsonObject echo = answer.echo();
        return echo != null
                && service.namespace().equals(echo.getString("namespace"))
                && service.name().equals(echo.getString("service"));
    }

    /** What a backend saw must be what was sent, unless the case says otherwise. */
    private void unchanged() {
        JsonObject echo = answer.echo();
        if (exchange.outcome().from() == null || echo == null || echo.getString("path") == null) {
            return;
        }
        boolean grpc = exchange.method().equals("GRPC");
        if (!says("path") && !grpc) {
            same(exchange.line(), "path", exchange.target().path(), echo.getString("path"));
        }
        if (!says("host")) {
            same(exchange.line(), "Host", exchange.authority(), echo.getString("host"));
        }
        if (!grpc) {
            same(exchange.line(), "method", exchange.method(), echo.getString("method"));
        }
    }

    private boolean says(String what) {
        return exchange.checks().stream()
                .anyMatch(c -> c instanceof Check.Saw saw && saw.what().equals(what));
    }

    private void check(Check check) {
        if (check instanceof Check.AnswerHeader header) {
            answerHeader(header);
        } else if (check instanceof Check.NoAnswerHeader header) {
            if (answer.header(header.name()) != null) {
                complain(header.line(), "the answer has " + header.name() + ": " + answer.header(header.name()));
            }
        } else if (check instanceof Check.Saw saw) {
            same(saw.line(), saw.what(), wanted(saw), seen(saw.what()));
        } else if (check instanceof Check.SawHeader header) {
            String value = header.value().equals("{service}") ? text("service") : header.value();
            same(header.line(), header.name(), value, answer.echoedHeader(header.name()));
        } else if (check instanceof Check.SawNoHeader header) {
            if (answer.echo() == null || answer.echoedHeader(header.name()) != null) {
                complain(header.line(), header.name() + " reached the backend: " + answer.echoedHeader(header.name()));
            }
        } else if (check instanceof Check.NotFromBackend local) {
            if (answer.echo() != null) {
                complain(local.line(), "a backend answered: " + answer.summary());
            }
        } else if (check instanceof Check.Says says) {
            String heard = answer.said().get(says.said());
            if (!says.answer().equals(heard)) {
                complain(says.line(), "expected " + says.answer() + ", heard " + heard);
            }
        }
    }

    private void answerHeader(Check.AnswerHeader expected) {
        String actual = answer.header(expected.name());
        boolean fits = actual != null
                && switch (expected.rule()) {
                    case EQUAL, ONE_OF -> expected.values().contains(actual);
                    case ANY_ORDER ->
                        new TreeSet<>(expected.values())
                                .equals(new TreeSet<>(
                                        Arrays.asList(actual.trim().split("\\s*,\\s*"))));
                };
        if (!fits) {
            complain(
                    expected.line(),
                    "expected " + expected.name() + ": " + String.join(" | ", expected.values()) + ", got " + actual);
        }
    }

    private String wanted(Check.Saw saw) {
        return saw.what().equals("certificate") ? oneLine(certificates.certificate(saw.value())) : saw.value();
    }

    private @Nullable String seen(String what) {
        return switch (what) {
            case "path" -> text("path");
            case "host" -> text("host");
            case "protocol" -> text("proto");
            case "SNI" -> tls().getString("serverName");
            case "certificate" -> {
                JsonArray peers = tls().getJsonArray("peerCertificates", new JsonArray());
                yield peers.isEmpty() ? null : oneLine(peers.getString(0));
            }
            default -> throw new IllegalArgumentException(what);
        };
    }

    private @Nullable String text(String field) {
        return answer.echo() == null ? null : answer.echo().getString(field);
    }

    private JsonObject tls() {
        JsonObject none = new JsonObject();
        return answer.echo() == null ? none : answer.echo().getJsonObject("tls", none);
    }

    private static String oneLine(String pem) {
        return pem.replaceAll("\\s", "");
    }

    private void same(int line, String what, @Nullable String expected, @Nullable String actual) {
        if (!Objects.equals(expected, actual)) {
            complain(line, "expected the backend to see " + what + " " + expected + ", it saw " + actual);
        }
    }

    private void complain(int line, String message) {
        complaints.add(new Complaint(line, exchange + ": " + message));
    }
}
