package dev.torii.console.mesh;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** One proxy that is watched, as it was when last looked at. Confined to the {@link Mesh}'s lock. */
final class Proxy {

    private final String address;
    private final Traffic traffic = new Traffic();
    private State state = State.UNREACHABLE;
    private String reason = "not asked yet";
    private @Nullable Scrape scrape;
    private long servingSinceMicros;
    private JsonObject clusters = new JsonObject();
    private JsonObject snapshot = new JsonObject();

    Proxy(String address) {
        this.address = address;
    }

    enum State {
        READY("ready"),
        NOT_READY("not ready"),
        UNREACHABLE("unreachable");

        private final String word;

        State(String word) {
            this.word = word;
        }
    }

    /** Everything that one look at a proxy tells; what could not be had is null. */
    record Look(
            State state,
            String reason,
            Scrape scrape,
            JsonObject clusters,
            @Nullable JsonObject snapshot) {}

    void seen(Look look, long nanos, long nowMicros) {
        state = look.state();
        reason = look.reason();
        scrape = look.scrape();
        clusters = look.clusters();
        servingSinceMicros = nowMicros - Math.round(look.scrape().snapshotAgeSeconds() * 1e6);
        if (look.snapshot() != null) {
            snapshot = look.snapshot();
        }
        traffic.add(look.scrape(), nanos);
    }

    /** It did not answer, or with nonsense; what was known of it stays. */
    void missed(String why) {
        state = State.UNREACHABLE;
        reason = why;
    }

    String address() {
        return address;
    }

    boolean isGateway() {
        Scrape known = scrape;
        return known != null && known.role().equals("gateway");
    }

    /** {@code ""} for a gateway, and when it is not known. */
    String service() {
        Scrape known = scrape;
        return known == null ? "" : known.service();
    }

    boolean isReachable() {
        return state != State.UNREACHABLE;
    }

    Traffic traffic() {
        return traffic;
    }

    JsonObject clusters() {
        return clusters;
    }

    JsonObject snapshot() {
        return snapshot;
    }

    /** Version that {@link #snapshot} is of. */
    String knownSnapshot() {
        return snapshot.getString("version", "");
    }

    JsonObject json() {
        Scrape known = scrape;
        JsonObject json = new JsonObject()
                .put("address", address)
                .put("role", known == null ? "" : known.role())
                .put("service", service())
                .put("state", state.word)
                .put("reason", reason)
                .put("snapshot", known == null ? "" : known.snapshot())
                .put("version", known == null ? "" : known.version())
                .put(
                        "findings",
                        new JsonObject()
                                .put("errors", known == null ? 0 : known.errors())
                                .put("warnings", known == null ? 0 : known.warnings()));
        return known == null || known.snapshot().isEmpty() ? json : json.put("since", servingSinceMicros);
    }
}
