package dev.torii.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Sees with its own eyes that a proxy does what it is about to be measured for. Throws what it missed, in words. */
final class DutyCheck {

    private static final long START_SECONDS = 120;
    private static final long RETRY_MILLIS = 100;
    private static final int SPLIT_TRIES = 200;

    private final Client client;
    private final Site site;

    DutyCheck(Client client, Site site) {
        this.client = client;
        this.site = site;
    }

    /** Waits until the proxy answers, then checks every protocol and, in the full scenario, every duty. */
    void check(Proxy proxy, Iterable<Wire> wires) throws Exception {
        awaitServing(proxy);
        for (Wire wire : wires) {
            Client.Answer answer = client.ask(wire, wire.port(proxy.ports()), Traffic.PATH, Traffic.HEADERS);
            String where = proxy.title() + ", " + wire.label();
            expect(answer.status() == 200, where, "status 200, got " + answer.status());
            expect(answer.body().equals(Traffic.BODY), where, "the backend's body, got " + answer.body());
            if (proxy.scenario() == Scenario.FULL) {
                checkHeaders(proxy, wire, where);
            }
        }
        if (proxy.scenario() == Scenario.FULL) {
            checkRouting(proxy);
            checkSplit(proxy);
        }
    }

    private void awaitServing(Proxy proxy) throws Exception {
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            String seen;
            try {
                int status = client.ask(Wire.H1, proxy.ports().clear(), Traffic.PATH, Traffic.HEADERS)
                        .status();
                if (status == 200) {
                    return;
                }
                seen = "status " + status;
            } catch (Exception e) {
                seen = e.getMessage();
            }
            if (proxy.process().endsWithin(RETRY_MILLIS) || System.nanoTime() > giveUp) {
                throw new IOException(proxy.title() + " does not serve (" + seen + "): "
                        + proxy.process().lastWords());
            }
        }
    }

    private void checkHeaders(Proxy proxy, Wire wire, String where) throws Exception {
        Client.Answer answer = client.ask(wire, wire.port(proxy.ports()), Traffic.ECHO, Traffic.HEADERS);
        Map<String, String> sent = new HashMap<>();
        answer.body().lines().forEach(line -> {
            int cut = line.indexOf('=');
            sent.put(line.substring(0, Math.max(cut, 0)), line.substring(cut + 1));
        });
        String id = sent.getOrDefault("id", "");
        expect(id.length() >= 16, where, "a request id at the backend, got '" + id + "'");
        expect(id.equals(answer.headers().get("x-request-id")), where, "the id echoed, got " + answer.headers());
        expect("127.0.0.1".equals(sent.get("xff")), where, "x-forwarded-for 127.0.0.1, got " + sent.get("xff"));
        expect((wire.tls() ? "https" : "http").equals(sent.get("proto")), where, "x-forwarded-proto, got " + sent);
        expect(Traffic.HOST.equals(sent.get("host")), where, "the host kept, got " + sent.get("host"));
        expect("bench".equals(sent.get("edge")), where, "the request header added, got " + sent.get("edge"));
        expect("".equals(sent.get("internal")), where, "the request header removed, got " + sent.get("internal"));
        expect("bench".equals(answer.headers().get("x-served-by")), where, "the response header added");
        expect(!answer.headers().containsKey("x-secret"), where, "the response header removed");
        awaitLogLine(proxy, where, id);
    }

    private void awaitLogLine(Proxy proxy, String where, String id) throws Exception {
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() < giveUp) {
            if (Files.exists(proxy.log()) && logged(proxy, id)) {
                return;
            }
            // Some keep lines back until a block is full or somebody else has one: give them more.
            client.ask(Wire.H1, proxy.ports().clear(), Traffic.PATH, Traffic.HEADERS);
        }
        throw new IOException(where + ": expected a log line with id " + id + " in " + proxy.log());
    }

    private boolean logged(Proxy proxy, String id) throws IOException {
        try (var lines = Files.lines(proxy.log())) {
            return lines.anyMatch(line -> line.startsWith("{")
                    && line.endsWith("}")
                    && line.contains(id)
                    && (!site.extras().contains(Extra.LOG_HEADERS)
                            || (line.contains("tenant-7") && line.contains("u-12345")))
                    && line.contains(Traffic.ECHO));
        }
    }

    private void checkRouting(Proxy proxy) throws Exception {
        Map<String, String> other = new HashMap<>(Traffic.HEADERS);
        other.put("x-env", "test");
        int wrongHeader =
                client.ask(Wire.H1, proxy.ports().clear(), Traffic.PATH, other).status();
        expect(wrongHeader == 404, proxy.title(), "404 when the header does not match, got " + wrongHeader);
        for (int number : new int[] {0, Traffic.ROUTES - 1}) {
            int status = client.ask(Wire.H1, proxy.ports().clear(), Traffic.route(number) + "/items", Traffic.HEADERS)
                    .status();
            expect(status == 200, proxy.title(), "200 on route " + number + ", got " + status);
        }
        int beyond = client.ask(Wire.H1, proxy.ports().clear(), Traffic.route(Traffic.ROUTES), Traffic.HEADERS)
                .status();
        expect(beyond == 404, proxy.title(), "404 beyond the last route, got " + beyond);
    }

    private void checkSplit(Proxy proxy) throws Exception {
        int canary = 0;
        for (int i = 0; i < SPLIT_TRIES; i++) {
            Client.Answer answer = client.ask(Wire.H1, proxy.ports().clear(), Traffic.PATH, Traffic.HEADERS);
            canary += "canary".equals(answer.headers().get("x-backend")) ? 1 : 0;
        }
        // 200 draws at 10 %: outside of 4..45 chance is below one in ten thousand.
        expect(
                canary >= 4 && canary <= 45,
                proxy.title(),
                "a 90/10 split, got " + canary + " of " + SPLIT_TRIES + " on the canary");
    }

    private static void expect(boolean holds, String where, String what) throws IOException {
        if (!holds) {
            throw new IOException(where + ": expected " + what);
        }
    }
}
