package dev.torii.proxy.http;

import dev.torii.proxy.HeaderList;
import dev.torii.proxy.upstream.EndpointState;
import dev.torii.proxy.upstream.UpstreamRequest;
import dev.torii.routing.Cluster;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The {@link Mirror}s of one request: all of them get the same. */
final class Mirrors {

    private final List<Mirror> copies = new ArrayList<>(2);

    private Mirrors() {}

    /** Draws which mirrors get this request; null when none does. */
    static @Nullable Mirrors of(Worker worker, Plan plan, Decision.Forward original) {
        List<RulePlan.MirrorPlan> ofRule = original.rule().filters().mirrors();
        List<RulePlan.MirrorPlan> ofBackend = original.backend().filters().mirrors();
        boolean none = ofRule.isEmpty() && ofBackend.isEmpty();
        if (none || !original.request().upgrade().isEmpty()) {
            return null;
        }
        Mirrors mirrors = new Mirrors();
        long timeoutMs = original.rule().rule().timeouts().requestMs();
        mirrors.draw(ofRule, worker, plan, original.request(), timeoutMs);
        mirrors.draw(ofBackend, worker, plan, original.request(), timeoutMs);
        return mirrors.copies.isEmpty() ? null : mirrors;
    }

    private void draw(
            List<RulePlan.MirrorPlan> plans, Worker worker, Plan plan, UpstreamRequest request, long timeoutMs) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (RulePlan.MirrorPlan to : plans) {
            if (random.nextInt(to.denominator()) >= to.numerator()
                    || to.cluster().invalid() != null) {
                continue;
            }
            EndpointState endpoint =
                    worker.upstreams().of(to.cluster(), plan.generation()).pick(random.nextLong(), List.of());
            if (endpoint == null) {
                continue;
            }
            if (!hasRoom(endpoint, to.cluster())) {
                worker.mirrorDropped();
            } else if (worker.admitsMirror()) {
                copies.add(new Mirror(worker, to.cluster().service(), endpoint, request, timeoutMs));
            }
        }
    }

    /** Of an endpoint that has originals to serve too, copies that hang must not take every connection. */
    private static boolean hasRoom(EndpointState endpoint, Cluster cluster) {
        return endpoint.inFlight() * 2 < cluster.connection().maxPerEndpoint();
    }

    /** Sends the heads, once the original is on its way. */
    void start() {
        copies.forEach(Mirror::start);
    }

    void write(Buffer piece) {
        for (Mirror copy : copies) {
            copy.write(piece);
        }
    }

    void end(@Nullable HeaderList trailers) {
        copies.forEach(copy -> copy.end(trailers));
    }

    void cancel() {
        copies.forEach(Mirror::cancel);
    }
}
