package dev.torii.testkit.cases;

import dev.torii.testkit.Journal;
import dev.torii.testkit.SeenRequest;
import dev.torii.testkit.cases.Exchange.Protocol;
import dev.torii.testkit.cases.Exchange.Target;
import dev.torii.testkit.cases.Judge.Complaint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/** Makes the requests of one line of a case, once or many times, and judges them. */
final class ExchangeRun {

    private static final int IN_PARALLEL = 10;
    private static final int TRIES_FOR_SHARES = 10;
    private static final int TRIES_FOR_COPIES = 5;
    private static final String ID = "gateway-api-conformance-request-id=";
    private static final Duration COPY_LIMIT = Duration.ofSeconds(10);

    /** How long a copy too many is waited for: copies are not part of the answer. */
    private static final Duration COPY_TOO_MANY = Duration.ofMillis(150);

    private final TrafficRun.Setting setting;
    private final TlsTrust trust;
    private final CaseTarget target;

    ExchangeRun(TrafficRun.Setting setting, TlsTrust trust, CaseTarget target) {
        this.setting = setting;
        this.trust = trust;
        this.target = target;
    }

    /** Draws that miss their share are drawn anew, as the suite does; any other complaint is final. */
    List<Complaint> play(Exchange exchange) throws Exception {
        int port = target.port(exchange.target().port());
        int tries = has(exchange, Check.Shared.class)
                ? TRIES_FOR_SHARES
                : exchange.times() > 1 && has(exchange, Check.Copied.class) ? TRIES_FOR_COPIES : 1;
        for (int i = 1; ; i++) {
            String id = ID + UUID.randomUUID();
            Exchange fresh = withUuid(exchange);
            Exchange made = has(fresh, Check.Copied.class) ? withQuery(fresh, id) : fresh;
            Made outcome = make(port, made);
            if (!outcome.complaints().isEmpty()) {
                return outcome.complaints();
            }
            List<Complaint> complaints = sums(made, outcome.answers(), id);
            if (complaints.isEmpty() || i == tries) {
                return complaints;
            }
        }
    }

    /** All answers, and what is wrong with one of them. */
    private record Made(List<Answer> answers, List<Complaint> complaints) {}

    private Made make(int port, Exchange exchange) throws Exception {
        if (port < 0) {
            Answer none = Answer.failed(
                    Failures.NOTHING_LISTENS, "port " + exchange.target().port());
            return new Made(List.of(none), Judge.judge(setting.certificates(), exchange, none));
        }
        try (Probe probe = probe(port, exchange)) {
            return make(port, exchange, probe);
        }
    }

    private Made make(int port, Exchange exchange, Probe probe) throws Exception {
        List<Answer> answers = Collections.synchronizedList(new ArrayList<>());
        List<Complaint> first = Collections.synchronizedList(new ArrayList<>());
        Callable<Boolean> one = () -> {
            // After the first complaint the rest would only take time.
            if (first.isEmpty()) {
                Answer answer = probe.ask(port, exchange);
                answers.add(answer);
                first.addAll(Judge.judge(setting.certificates(), exchange, answer));
            }
            return true;
        };
        repeat(one, exchange.times());
        return new Made(List.copyOf(answers), List.copyOf(first));
    }

    private static void repeat(Callable<Boolean> one, int times) throws Exception {
        if (times == 1) {
            one.call();
            return;
        }
        ExecutorService threads = Executors.newFixedThreadPool(IN_PARALLEL);
        try {
            for (Future<Boolean> done : threads.invokeAll(Collections.nCopies(times, one))) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** What can only be told of all answers together. */
    private List<Complaint> sums(Exchange exchange, List<Answer> answers, String id) {
        List<Complaint> complaints = new ArrayList<>();
        for (Check check : exchange.checks()) {
            if (check instanceof Check.Shared shared) {
                shares(exchange, shared, answers, complaints);
            } else if (check instanceof Check.Copied copied) {
                copies(exchange, copied, id, complaints);
            }
        }
        return complaints;
    }

    private void shares(Exchange exchange, Check.Shared shared, List<Answer> answers, List<Complaint> complaints) {
        for (Check.Shared.Share share : shared.shares()) {
            long count =
                    answers.stream().filter(a -> isFrom(a, share.service())).count();
            double percent = 100.0 * count / answers.size();
            boolean fits = share.percent() == 0 ? count == 0 : Math.abs(percent - share.percent()) <= shared.within();
            if (!fits) {
                complaints.add(new Complaint(
                        shared.line(),
                        exchange + ": expected " + share.percent() + " % from " + share.service() + " within "
                                + shared.within() + ", got " + percent + " %"));
            }
        }
    }

    private static boolean isFrom(Answer answer, ObjectName service) {
        return answer.echo() != null
                && service.namespace().equals(answer.echo().getString("namespace"))
                && service.name().equals(answer.echo().getString("service"));
    }

    /** Copies arrive when they like: waits for the fewest that will do, then a moment for one too many. */
    private void copies(Exchange exchange, Check.Copied copied, String id, List<Complaint> complaints) {
        Predicate<SeenRequest> ours =
                r -> r.uri().equals(exchange.target().path()) && r.uri().endsWith(id);
        int fewest = copied.times() - copied.within();
        int most = copied.times() + copied.within();
        Journal<SeenRequest> journal = setting.backends().journal(copied.service());
        int seen = journal.await(fewest, ours, COPY_LIMIT).size();
        if (seen >= fewest) {
            seen = journal.await(most + 1, ours, COPY_TOO_MANY).size();
        }
        if (seen < fewest || seen > most) {
            complaints.add(new Complaint(
                    copied.line(),
                    exchange + ": expected " + copied.times() + " (within " + copied.within() + ") copies at "
                            + copied.service() + ", got " + seen));
        }
    }

    private Probe probe(int port, Exchange exchange) {
        return switch (exchange.method()) {
            case "GRPC" -> new GrpcProbe(port, exchange);
            case "TLS", "TCP" -> new StreamProbe(trust);
            case "WEBSOCKET" -> new WebSocketProbe(setting.vertx());
            default ->
                exchange.protocol() == Protocol.HTTP1 && !setting.alwaysHttp2()
                        ? new Http1Probe(trust, setting.way())
                        : new Http2Probe(setting.vertx(), trust);
        };
    }

    private static boolean has(Exchange exchange, Class<? extends Check> kind) {
        return exchange.checks().stream().anyMatch(kind::isInstance);
    }

    private static Exchange withUuid(Exchange e) {
        Target t = e.target();
        String path = t.path().replace("{uuid}", UUID.randomUUID().toString());
        return path.equals(t.path()) ? e : e.to(new Target(t.scheme(), t.host(), t.port(), path));
    }

    private static Exchange withQuery(Exchange e, String parameter) {
        Target t = e.target();
        String path = t.path() + (t.path().indexOf('?') < 0 ? "?" : "&") + parameter;
        return e.to(new Target(t.scheme(), t.host(), t.port(), path));
    }
}
