package dev.torii.control;

import dev.torii.config.resource.ObjectKey;
import dev.torii.control.identity.Identities;
import dev.torii.control.identity.Identities.Refused;
import dev.torii.control.stream.Acks;
import dev.torii.control.stream.Acks.Standing;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What proxies acknowledge to one replica is passed on to the one that leads: all of it, with every change and every few
 * seconds, so that nothing depends on any one message, or on who led when it was sent. Safe on any thread.
 */
final class Relay {

    static final String PATH = "/v1/acks";

    private static final Logger LOG = System.getLogger("dev.torii.control");
    private static final long AGAIN_MILLIS = 5_000;

    /** Changes come in bursts, as when a Gateway changes that has many proxies. */
    private static final long GATHER_MILLIS = 20;

    private static final int MOST_BYTES = 8 * 1024 * 1024;
    private static final long PATIENCE_MILLIS = 4_000;

    private final Vertx vertx;
    private final Acks acks;
    private final Identities identities;
    private final Leadership leadership;
    private final Callable<String> token;
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile HttpClient client;
    private volatile boolean tls;
    private volatile String trouble = "";

    /** @param token to show to the leader, read anew each time; may block */
    Relay(Vertx vertx, Acks acks, Identities identities, Leadership leadership, Callable<String> token) {
        this.vertx = vertx;
        this.acks = acks;
        this.identities = identities;
        this.leadership = leadership;
        this.token = token;
        this.client = vertx.createHttpClient(new HttpClientOptions());
        vertx.setPeriodic(AGAIN_MILLIS, again -> passOn());
        acks.onChange(this::soon);
    }

    /** From now on the leader is asked over TLS, and must prove who it is to these authorities. */
    void trust(String authorities) {
        HttpClient before = client;
        client = vertx.createHttpClient(new HttpClientOptions()
                .setSsl(true)
                .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authorities))));
        tls = true;
        vertx.setTimer(PATIENCE_MILLIS, done -> before.close());
    }

    private void soon() {
        if (due.compareAndSet(false, true)) {
            vertx.setTimer(GATHER_MILLIS, now -> {
                due.set(false);
                passOn();
            });
        }
    }

    private void passOn() {
        Optional<String> leader = leadership.address();
        if (leadership.leads() || leader.isEmpty()) {
            return;
        }
        int colon = leader.get().lastIndexOf(':');
        String body = text(acks.here());
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(leader.get().substring(0, Math.max(0, colon)))
                .setPort(port(leader.get().substring(colon + 1)))
                .setSsl(tls)
                .setURI(PATH)
                .setTimeout(PATIENCE_MILLIS)
                .putHeader("content-type", "application/json");
        vertx.executeBlocking(token)
                .compose(shown -> client.request(request.putHeader("authorization", "Bearer " + shown)))
                .compose(made -> made.send(body))
                .onComplete(done -> tell(
                        leader.get(),
                        done.failed()
                                ? String.valueOf(done.cause().getMessage())
                                : done.result().statusCode() == 204
                                        ? ""
                                        : "it answers " + done.result().statusCode()));
    }

    private static int port(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Once, until it is well or something else is wrong. */
    private void tell(String leader, String now) {
        if (!now.isEmpty() && !now.equals(trouble)) {
            LOG.log(Level.WARNING, "acknowledgements cannot be passed on to the leader, " + leader + ": " + now);
        }
        trouble = now;
    }

    /** What another replica passes on to this one. */
    void take(HttpServerRequest request) {
        if (request.method() != HttpMethod.POST) {
            request.response().setStatusCode(405).end();
            return;
        }
        request.pause();
        identities
                .replica(bearer(request.getHeader("authorization")))
                .onSuccess(pod -> read(request, pod.isEmpty() ? String.valueOf(request.remoteAddress()) : pod))
                .onFailure(e -> answer(request, e instanceof Refused why ? (why.isKnown() ? 403 : 401) : 503));
    }

    static String bearer(@Nullable String header) {
        return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
                ? header.substring(7).strip()
                : "";
    }

    private void read(HttpServerRequest request, String replica) {
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() + part.length() > MOST_BYTES) {
                answer(request, 413);
            } else {
                body.appendBuffer(part);
            }
        });
        request.endHandler(end -> {
            try {
                acks.passedOn(replica, standings(body));
                answer(request, 204);
            } catch (DecodeException | ClassCastException e) {
                answer(request, 400);
            }
        });
        request.resume();
    }

    private static void answer(HttpServerRequest request, int status) {
        if (!request.response().ended()) {
            request.response().setStatusCode(status).end();
            if (!request.isEnded()) {
                request.resume();
            }
        }
    }

    static String text(List<Standing> standings) {
        JsonArray all = new JsonArray();
        for (Standing each : standings) {
            all.add(new JsonObject()
                    .put("pod", each.pod())
                    .put("namespace", each.gateway().namespace())
                    .put("gateway", each.gateway().name())
                    .put("generation", each.generation())
                    .put("problems", new JsonArray(each.problems())));
        }
        return new JsonObject().put("standings", all).encode();
    }

    static List<Standing> standings(Buffer text) {
        List<Standing> standings = new ArrayList<>();
        for (Object each : new JsonObject(text).getJsonArray("standings", new JsonArray())) {
            JsonObject standing = (JsonObject) each;
            List<String> problems = new ArrayList<>();
            standing.getJsonArray("problems", new JsonArray())
                    .forEach(problem -> problems.add(String.valueOf(problem)));
            standings.add(new Standing(
                    standing.getString("pod", ""),
                    new ObjectKey("Gateway", standing.getString("namespace", ""), standing.getString("gateway", "")),
                    standing.getLong("generation", Acks.NOTHING),
                    problems));
        }
        return standings;
    }
}
