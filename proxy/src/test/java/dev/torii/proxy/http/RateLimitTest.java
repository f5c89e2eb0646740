package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.proxy.limit.LimitView;
import dev.torii.routing.Filter;
import dev.torii.routing.HashKey;
import dev.torii.routing.HeaderChange;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.PathMatch;
import dev.torii.routing.Protection;
import dev.torii.routing.RateLimit;
import dev.torii.routing.RequestMatch;
import dev.torii.routing.Timeouts;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Http2Answer;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client sees of rate limits, what they count, and what the record says. How many pass: RateLimitLoadTest. */
class RateLimitTest {

    private final AtomicLong clock = new AtomicLong(1);
    private final MisbehavingBackend backend = MisbehavingBackend.start(Behaviours.wellBehaved());
    private final TestProxy proxy = new TestProxy(1, exchange -> {}, clock::get).cluster("b", backend.port());

    @AfterEach
    void close() {
        proxy.close();
        backend.close();
    }

    private static RateLimit limit(String name, int perSecond, @Nullable HashKey key, RequestMatch... matches) {
        return new RateLimit(
                "ns/p/" + name + "@x", name, perSecond, 1000, perSecond, key, null, false, List.of(matches));
    }

    private static HashKey header(String name) {
        return new HashKey(HashKey.Source.HEADER, name);
    }

    private static Protection by(RateLimit... limits) {
        return new Protection(List.of(limits), List.of());
    }

    private void serve(Protection ofRule, Protection ofBackend, Filter... filters) {
        proxy.clearRoutes()
                .protection(ofRule)
                .backendProtection(ofBackend)
                .route("/", "b", Timeouts.NONE, filters)
                .apply();
    }

    private RawResponse get(RawHttp client, String... lines) {
        StringBuilder head = new StringBuilder("GET /x HTTP/1.1\r\nHost: a\r\n");
        for (String line : lines) {
            head.append(line).append("\r\n");
        }
        return client.send(head.append("\r\n").toString()).readResponse();
    }

    private int passing(RawHttp client, int requests, String... lines) {
        int passed = 0;
        for (int i = 0; i < requests; i++) {
            passed += get(client, lines).status() == 200 ? 1 : 0;
            proxy.record();
        }
        return passed;
    }

    private LimitView view() {
        return proxy.plane().limits().get(0);
    }

    @Test
    void theClientIsToldOfTheLimitAndWhenToComeBack() {
        serve(by(limit("per-tenant", 2, header("x-tenant"))), Protection.NONE);
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            RawResponse first = get(client, "x-tenant: a");
            assertThat(first.status()).isEqualTo(200);
            assertThat(first.header("ratelimit-policy")).isEqualTo("\"per-tenant\";q=2;w=1");
            assertThat(first.header("ratelimit")).isEqualTo("\"per-tenant\";r=1;t=1");
            assertThat(first.header("retry-after")).isNull();
            assertThat(proxy.record().fault()).isNull();
            passing(client, 1, "x-tenant: a");
            RawResponse refused = get(client, "x-tenant: a");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("x-torii-reason")).isEqualTo("RL rate_limited");
            assertThat(refused.header("ratelimit")).isEqualTo("\"per-tenant\";r=0;t=1");
            assertThat(refused.header("retry-after")).isEqualTo("1");
            assertThat(refused.body()).contains("rate limited").contains(refused.header("x-request-id"));
            ExchangeRecord record = proxy.record();
            assertThat(record.fault()).isEqualTo(Fault.RL);
            assertThat(record.status()).isEqualTo(429);
            assertThat(record.detail()).isEqualTo("rate_limited");
            assertThat(record.attempts()).isZero();
            clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(500));
            assertThat(passing(client, 3, "x-tenant: a"))
                    .as("on the same connection")
                    .isEqualTo(1);
        }
        assertThat(backend.requests()).hasSize(3);
        assertThat(view().allowed()).isEqualTo(3);
        assertThat(view().refused()).isEqualTo(3);
        assertThat(view().keys()).isEqualTo(1);
    }

    @Test
    void aGrpcCallGetsItsStatusAndTheSameHeaders() {
        serve(by(limit("calls", 1, null)), Protection.NONE);
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            client.answer(client.request("GET", "/x"));
            proxy.record();
            String[] call = RawHttp2.head("POST", "/a.B/C", "content-type", "application/grpc", "te", "trailers");
            Http2Answer answer = client.answer(client.open(true, call));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers())
                    .contains(
                            Map.entry("grpc-status", "8"),
                            Map.entry("grpc-message", "rate limited (RL rate_limited)"),
                            Map.entry("retry-after", "1"),
                            Map.entry("ratelimit-policy", "\"calls\";q=1;w=1"),
                            Map.entry("ratelimit", "\"calls\";r=0;t=1"));
        }
        assertThat(proxy.record().grpcStatus()).isEqualTo(8);
    }

    @Test
    void whatTheServiceSaysOfANameHoldsInPlaceOfTheRoutes() {
        serve(by(limit("a", 2, null), limit("b", 9, null)), by(limit("b", 5, null), limit("c", 9, null)));
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            assertThat(get(client).header("ratelimit-policy")).isEqualTo("\"a\";q=2;w=1, \"b\";q=5;w=1, \"c\";q=9;w=1");
            proxy.record();
        }
    }

    @Test
    void keysAreCookiesAndAddressesBehindTrustedHops() {
        proxy.settings(new ListenerSettings(1, false, false, 8192, 65_536, 128, 0, 10_000, 300_000, 10_000));
        serve(by(limit("sid", 3, new HashKey(HashKey.Source.COOKIE, "sid"))), Protection.NONE);
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            assertThat(passing(client, 5, "cookie: a=b; sid=one")).isEqualTo(3);
            assertThat(passing(client, 5, "cookie: sid=two; c=d")).isEqualTo(3);
            assertThat(passing(client, 5, "cookie: nosid=one"))
                    .as("no key, one bucket")
                    .isEqualTo(3);
        }
        serve(by(limit("address", 3, new HashKey(HashKey.Source.CLIENT_ADDRESS, ""))), Protection.NONE);
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            assertThat(passing(client, 5, "x-forwarded-for: 10.9.9.9, 10.0.0.1"))
                    .isEqualTo(3);
            assertThat(passing(client, 5, "x-forwarded-for: 10.8.8.8, 10.0.0.1"))
                    .as("what the client wrote itself is no key")
                    .isZero();
            assertThat(passing(client, 5, "x-forwarded-for: 10.0.0.2")).isEqualTo(3);
            assertThat(passing(client, 5, "x-forwarded-for: 2001:db8::1")).isEqualTo(3);
            assertThat(passing(client, 5, "x-forwarded-for: 2001:db8::2")).isZero();
        }
    }

    @Test
    void aHeaderCountsAsTheFiltersLeaveIt() {
        HeaderChange change =
                new HeaderChange(List.of(new HeaderChange.Header("x-tenant", "all")), List.of(), List.of());
        serve(by(limit("t", 3, header("x-tenant"))), Protection.NONE, new Filter.RequestHeaders(change));
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            assertThat(passing(client, 2, "x-tenant: a")).isEqualTo(2);
            assertThat(passing(client, 2, "x-tenant: b")).isEqualTo(1);
        }
    }

    @Test
    void requestsThatDoNotMatchPassUntold() {
        RequestMatch posts = new RequestMatch(new PathMatch.Prefix("/"), "POST", List.of(), List.of());
        serve(by(limit("posts", 1, null, posts)), Protection.NONE);
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            assertThat(passing(client, 5)).isEqualTo(5);
            assertThat(get(client).header("ratelimit-policy")).isNull();
            proxy.record();
        }
    }

    @Test
    void aBodyThatIsNotWantedIsReadOverAndTheConnectionGoesOn() {
        serve(by(limit("all", 1, null)), Protection.NONE);
        String post = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n";
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            assertThat(client.send(post + "0123456789").readResponse().status()).isEqualTo(200);
            assertThat(client.send(post + "01234").readResponse().status()).isEqualTo(429);
            client.send("56789");
            clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
            assertThat(get(client).status()).isEqualTo(200);
        }
    }

    @Test
    void anEditHoldsAtOnceAndForgetsNothing() {
        serve(by(limit("l", 10, null)), Protection.NONE);
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            assertThat(passing(client, 6)).isEqualTo(6);
            serve(by(limit("l", 8, null)), Protection.NONE);
            assertThat(passing(client, 6)).isEqualTo(2);
            serve(Protection.NONE, Protection.NONE);
            assertThat(passing(client, 6)).isEqualTo(6);
            serve(by(limit("l", 8, null)), Protection.NONE);
            assertThat(passing(client, 6)).as("it was away, not new").isZero();
        }
    }
}
