package dev.torii.proxy.stream;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.routing.Cluster;
import dev.torii.routing.Snapshot;
import dev.torii.routing.StreamRoute;
import dev.torii.routing.Telemetry;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** What a session's record will say: gathered while it lives, frozen and told once. */
final class SessionLog {

    private final ExchangeListener listener;
    private final String role;
    private String protocol;
    private final String client;
    private final String snapshot;
    private Telemetry telemetry;
    private final long startNanos = System.nanoTime();
    private final long startEpochMs = System.currentTimeMillis();
    private String serverName = "";
    private @Nullable StreamRoute route;
    private @Nullable Cluster cluster;
    private String endpoint = "";
    private int attempts;
    private long dialledNanos;
    private long upstreamNanos = -1;
    private boolean begun;

    /**
     * @param protocol {@code TCP} or {@code TLS}
     * @param client address of the caller
     */
    SessionLog(ExchangeListener listener, String role, String protocol, String client, Snapshot snapshot) {
        this.listener = listener;
        this.role = role;
        this.protocol = protocol;
        this.client = client;
        this.snapshot = snapshot.version();
        this.telemetry = snapshot.telemetry();
    }

    /** It is a session of ours and not an HTTP client, whose requests are counted elsewhere. */
    void begin() {
        if (!begun) {
            begun = true;
            listener.started();
        }
    }

    /** It is TLS, from a client that asks for that name. */
    void serverName(String name) {
        protocol = "TLS";
        serverName = name;
    }

    void chose(StreamChoice choice) {
        route = choice.route();
        cluster = choice.cluster();
        telemetry = choice.telemetry();
    }

    /** One try to reach a backend. */
    void attempt(String endpointName) {
        endpoint = endpointName;
        attempts++;
    }

    int attempts() {
        return attempts;
    }

    void connected() {
        dialledNanos = System.nanoTime();
    }

    /** The backend sent something. */
    void heard() {
        if (upstreamNanos < 0) {
            upstreamNanos = System.nanoTime() - dialledNanos;
        }
    }

    /**
     * It is over.
     *
     * @param fault null when all went well
     * @param in bytes from the client
     * @param out bytes from the backend
     */
    void end(@Nullable Fault fault, String detail, long in, long out) {
        begin();
        long durationNanos = System.nanoTime() - startNanos;
        boolean logged = fault != null
                || telemetry
                        .log()
                        .takes(0, durationNanos, ThreadLocalRandom.current().nextLong());
        listener.ended(new ExchangeRecord(
                role,
                startEpochMs,
                durationNanos,
                upstreamNanos,
                "",
                "",
                "",
                "",
                "",
                serverName,
                "",
                protocol,
                0,
                -1,
                fault,
                detail,
                in,
                out,
                route == null ? "" : route.name(),
                cluster == null ? "" : cluster.service(),
                endpoint,
                attempts,
                false,
                client,
                client,
                "",
                snapshot,
                logged,
                List.of(),
                List.of(),
                null));
    }
}
