package dev.torii.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.TestProxy;
import dev.torii.routing.Backend;
import dev.torii.routing.HashKey;
import dev.torii.routing.PathMatch;
import dev.torii.routing.SessionPersistence;
import dev.torii.routing.Target;
import dev.torii.routing.Timeouts;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.RawHttp;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.RawResponse;
import io.vertx.core.MultiMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sticky sessions (GEP-1619) and sticky splits, seen from the client. */
class SessionTest {

    private static final SessionPersistence COOKIE =
            new SessionPersistence(SessionPersistence.Type.COOKIE, "sid", "/", 0, false);
    private static final SessionPersistence HEADER =
            new SessionPersistence(SessionPersistence.Type.HEADER, "X-Session", "/", 0, false);

    private final List<MisbehavingBackend> backends =
            List.of(named("zero"), named("one"), named("two"), named("three"));
    private final TestProxy proxy = new TestProxy();

    private static MisbehavingBackend named(String name) {
        return MisbehavingBackend.start(
                Behaviours.answers("HTTP/1.1 200 OK\r\ncontent-length: " + name.length() + "\r\n\r\n" + name));
    }

    @AfterEach
    void close() {
        proxy.close();
        backends.forEach(MisbehavingBackend::close);
    }

    private int port(int backend) {
        return backends.get(backend).port();
    }

    private void route(SessionPersistence session, Backend... to) {
        proxy.clearRoutes()
                .rule(new PathMatch.Prefix("/"), List.of(to), Timeouts.NONE, session, null)
                .apply();
    }

    private static Backend to(int weight, String cluster) {
        return new Backend(weight, new Target.ToCluster(cluster), List.of());
    }

    private RawResponse get(String... lines) {
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            String more = lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n";
            RawResponse answer =
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n" + more + "\r\n").readResponse();
            assertThat(answer.status()).isEqualTo(200);
            return answer;
        }
    }

    /** The cookie of an answer, as the client sends it back. */
    private static String cookie(RawResponse answer) {
        String set = answer.header("set-cookie");
        assertThat(set).startsWith("sid=");
        return "Cookie: " + set.substring(0, set.indexOf(';'));
    }

    @Test
    void aCookieKeepsAClientWithItsEndpoint() {
        proxy.cluster("all", port(0), port(1), port(2), port(3));
        route(COOKIE, to(1, "all"));
        RawResponse first = get();
        assertThat(first.header("set-cookie"))
                .matches("sid=[0-9a-f]+-[0-9a-f]+-[0-9a-f]+; Path=/; HttpOnly; SameSite=Lax");
        for (int i = 0; i < 20; i++) {
            RawResponse next = get(cookie(first));
            assertThat(next.body()).isEqualTo(first.body());
            assertThat(next.header("set-cookie")).as("it is told once").isNull();
        }
        RawResponse among = get("Cookie: a=b; " + cookie(first).substring(8) + "; sidx=1");
        assertThat(among.body()).isEqualTo(first.body());
        assertThat(among.header("set-cookie")).isNull();
    }

    @Test
    void aCookieThatIsToOutliveTheBrowserSaysHowLong() {
        proxy.cluster("all", port(0));
        route(new SessionPersistence(SessionPersistence.Type.COOKIE, "sid", "/cart", 3600, true), to(1, "all"));
        assertThat(get().header("set-cookie")).endsWith("; Path=/cart; HttpOnly; SameSite=Lax; Max-Age=3600");
        route(new SessionPersistence(SessionPersistence.Type.COOKIE, "sid", "/", 3600, false), to(1, "all"));
        assertThat(get().header("set-cookie")).endsWith("; Path=/; HttpOnly; SameSite=Lax");
    }

    @Test
    void overTlsTheCookieNeverTravelsInClear() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("set-cookie", "theirs=1");
        Sessions.announce(COOKIE, "v", true, headers);
        assertThat(headers.getAll("set-cookie"))
                .containsExactly("theirs=1", "sid=v; Path=/; HttpOnly; SameSite=Lax; Secure");
    }

    @Test
    void aHeaderDoesTheSame() {
        proxy.cluster("all", port(0), port(1), port(2), port(3));
        route(HEADER, to(1, "all"));
        RawResponse first = get();
        String session = first.header("x-session");
        assertThat(session).matches("[0-9a-f]+-[0-9a-f]+-[0-9a-f]+");
        assertThat(first.header("set-cookie")).isNull();
        for (int i = 0; i < 20; i++) {
            RawResponse next = get("X-Session: " + session);
            assertThat(next.body()).isEqualTo(first.body());
            assertThat(next.header("x-session")).isNull();
        }
    }

    @Test
    void anHttp2ClientMaySplitItsCookies() {
        proxy.cluster("all", port(0), port(1), port(2), port(3));
        route(COOKIE, to(1, "all"));
        RawResponse first = get();
        try (RawHttp2 client = RawHttp2.connect(proxy.port())) {
            for (int i = 0; i < 20; i++) {
                String sid = cookie(first).substring(8);
                int stream = client.request("GET", "/", "cookie", "a=b", "cookie", sid, "cookie", "c=d");
                assertThat(client.answer(stream).body()).isEqualTo(first.body());
            }
        }
    }

    @Test
    void whenTheEndpointIsGoneAnotherTakesOverAndSaysSo() {
        proxy.cluster("all", port(0), port(1));
        route(COOKIE, to(1, "all"));
        RawResponse first = get();
        int left = first.body().equals("zero") ? 1 : 0;
        proxy.cluster("all", port(left)).apply();
        RawResponse moved = get(cookie(first));
        assertThat(moved.body()).isEqualTo(left == 0 ? "zero" : "one");
        assertThat(cookie(moved)).isNotEqualTo(cookie(first));
        assertThat(get(cookie(moved)).header("set-cookie")).isNull();
    }

    @Test
    void whenTheEndpointRefusesAnotherTakesOverAndSaysSo() {
        proxy.cluster("all", port(0), port(1));
        route(COOKIE, to(1, "all"));
        RawResponse first = get();
        int stays = first.body().equals("zero") ? 1 : 0;
        backends.get(1 - stays).close();
        // Connections that rest at a backend that has gone are found out one by one.
        RawResponse moved = get(cookie(first));
        assertThat(moved.body()).isEqualTo(stays == 0 ? "zero" : "one");
        assertThat(cookie(moved)).isNotEqualTo(cookie(first));
    }

    @Test
    void aSessionStaysWithItsBackendHoweverTheWeightsMove() {
        proxy.cluster("old", port(0)).cluster("new", port(1));
        route(COOKIE, to(1, "old"), to(0, "new"));
        RawResponse first = get();
        assertThat(first.body()).isEqualTo("zero");
        route(COOKIE, to(0, "old"), to(1, "new"));
        assertThat(get().body()).isEqualTo("one");
        assertThat(get(cookie(first)).body()).isEqualTo("zero");
        route(COOKIE, to(1, "new"));
        assertThat(get(cookie(first)).body()).isEqualTo("one");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "--",
                "a-b",
                "a-b-c-d",
                "0-0-0",
                "zz-zz-zz",
                "-1--1--1",
                "ffffffffffffffff-ffffffffffffffff-ffffffffffffffff",
                "fffffffffffffffff-1-1",
                "' OR 1=1",
                "%00-%00-%00",
                "\u00ff-\u00e9-\u00df",
            })
    void aForgedSessionIsNone(String forged) {
        proxy.cluster("all", port(0), port(1));
        route(COOKIE, to(1, "all"));
        assertThat(get("Cookie: sid=" + forged).header("set-cookie")).startsWith("sid=");
        assertThat(get("Cookie: sid=" + forged + "x".repeat(5_000)).header("set-cookie"))
                .startsWith("sid=");
        route(HEADER, to(1, "all"));
        assertThat(get("X-Session: " + forged).header("x-session")).isNotEmpty();
    }

    /** The client holds the beginning of its session: a date in the future would make it last for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"1", "7fffffffffffffff", "8000000000000000", "ffffffffffffffff", "ffffffffff"})
    void aSessionOfTheDistantPastOrTheFutureIsOver(String began) {
        proxy.cluster("all", port(0), port(1));
        route(new SessionPersistence(SessionPersistence.Type.COOKIE, "sid", "/", 3600, false), to(1, "all"));
        String valid = cookie(get());
        assertThat(get(valid).header("set-cookie")).isNull();
        String moved = valid.substring(0, valid.lastIndexOf('-') + 1) + began;
        assertThat(get(moved).header("set-cookie")).startsWith("sid=");
    }

    @Test
    void aSplitByHeaderIsTheSameForTheSameKeyAndGrowsWithTheWeight() {
        proxy.cluster("old", port(0)).cluster("new", port(1));
        split(80, 20);
        Set<Integer> early = onTheNewSide();
        assertThat(early).hasSizeBetween(5, 60);
        assertThat(onTheNewSide()).isEqualTo(early);
        split(50, 50);
        Set<Integer> later = onTheNewSide();
        assertThat(later).containsAll(early).hasSizeGreaterThan(early.size());
        split(0, 100);
        assertThat(onTheNewSide()).hasSize(150);
    }

    private void split(int old, int fresh) {
        proxy.clearRoutes()
                .rule(
                        new PathMatch.Prefix("/"),
                        List.of(to(old, "old"), to(fresh, "new")),
                        Timeouts.NONE,
                        null,
                        new HashKey(HashKey.Source.HEADER, "x-user"))
                .apply();
    }

    private Set<Integer> onTheNewSide() {
        Set<Integer> users = new HashSet<>();
        try (RawHttp client = RawHttp.connect(proxy.port())) {
            for (int user = 0; user < 150; user++) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\nX-User: user-" + user + "\r\n\r\n");
                if (client.readResponse().body().equals("one")) {
                    users.add(user);
                }
            }
        }
        return users;
    }

    @Test
    void aSplitByCookieIsStickyAndWithoutAKeyItIsByChance() {
        proxy.cluster("old", port(0)).cluster("new", port(1));
        proxy.clearRoutes()
                .rule(
                        new PathMatch.Prefix("/"),
                        List.of(to(1, "old"), to(1, "new")),
                        Timeouts.NONE,
                        null,
                        new HashKey(HashKey.Source.COOKIE, "user"))
                .apply();
        Set<String> seen = new HashSet<>();
        for (int user = 0; user < 30; user++) {
            String cookie = "Cookie: a=b; user=" + user;
            String body = get(cookie).body();
            assertThat(get(cookie).body()).isEqualTo(body);
            seen.add(body);
        }
        assertThat(seen).containsExactlyInAnyOrder("zero", "one");
        Set<String> unkeyed = new HashSet<>();
        // By chance one side alone once in 2^63 runs.
        for (int i = 0; i < 64; i++) {
            unkeyed.add(get().body());
        }
        assertThat(unkeyed).containsExactlyInAnyOrder("zero", "one");
    }
}
