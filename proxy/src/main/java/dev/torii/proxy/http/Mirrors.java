package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.proxy.upstream.EndpointState;
import dev.torii.proxy.upstream.UpgradedConnection;
import dev.torii.proxy.upstream.UpstreamEvents;
import dev.torii.proxy.upstream.UpstreamRequest;
import dev.torii.proxy.upstream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Copies of a request to other backends, whose answers nobody reads. A copy that cannot keep up with the original is
 * dropped: the original never waits for it.
 */
final class Mirrors {

    private final List<Copy> copies;

    private Mirrors(List<Copy> copies) {
        this.copies = copies;
    }

    /** Draws which mirrors get this request and sends them the head; null when none does. */
    static @Nullable Mirrors of(
            Worker worker, Plan plan, RulePlan rule, RulePlan.BackendPlan backend, UpstreamRequest request) {
        if (rule.filters().mirrors().isEmpty() && backend.filters().mirrors().isEmpty()) {
            return null;
        }
        List<Copy> copies = new ArrayList<>();
        for (List<RulePlan.MirrorPlan> mirrors :
                List.of(rule.filters().mirrors(), backend.filters().mirrors())) {
            for (RulePlan.MirrorPlan mirror : mirrors) {
                EndpointState endpoint = ThreadLocalRandom.current().nextInt(mirror.denominator()) < mirror.numerator()
                                && request.upgrade().isEmpty()
                        ? worker.upstreams()
                                .of(mirror.cluster(), plan.generation())
                                .pick(ThreadLocalRandom.current().nextLong(), null)
                        : null;
                if (endpoint != null) {
                    copies.add(new Copy(endpoint, request));
                }
            }
        }
        copies.forEach(Copy::start);
        return copies.isEmpty() ? null : new Mirrors(copies);
    }

    void write(Buffer piece) {
        for (Copy copy : copies) {
            copy.write(piece);
        }
    }

    void end() {
        copies.forEach(Copy::end);
    }

    void cancel() {
        copies.forEach(Copy::cancel);
    }

    private static final class Copy implements UpstreamEvents {
        private static final int MAX_HELD = 256 * 1024;
        private final EndpointState endpoint;
        private final UpstreamRequest request;
        private final List<ByteBuf> held = new ArrayList<>();
        private int heldBytes;
        private @Nullable UpstreamStream stream;
        private boolean bodyEnded;
        private boolean over;

        Copy(EndpointState endpoint, UpstreamRequest request) {
            this.endpoint = endpoint;
            // A list of its own: the original's may be changed for a retry.
            this.request = new UpstreamRequest(
                    request.method(),
                    request.scheme(),
                    request.authority(),
                    request.target(),
                    request.headers().copy(),
                    request.bodyless(),
                    request.chunked(),
                    "");
        }

        void start() {
            endpoint.enter();
            endpoint.acquire(this);
        }

        void write(Buffer piece) {
            if (over) {
                return;
            }
            // The pieces are Vert.x' own heap buffers: the same bytes may be written to several channels.
            ByteBuf bytes = ((BufferInternal) piece).getByteBuf().retainedDuplicate();
            UpstreamStream to = stream;
            if (to != null && to.isWritable()) {
                to.write(bytes);
            } else if (to == null && heldBytes + piece.length() <= MAX_HELD) {
                held.add(bytes);
                heldBytes += piece.length();
            } else {
                bytes.release();
                cancel();
            }
        }

        void end() {
            if (bodyEnded) {
                return;
            }
            bodyEnded = true;
            if (!over && stream != null && !request.bodyless()) {
                stream.end();
            }
        }

        void cancel() {
            if (over) {
                return;
            }
            finish();
            if (stream != null) {
                stream.cancel();
            } else {
                endpoint.forget(this);
            }
        }

        private void finish() {
            over = true;
            endpoint.leave();
            held.forEach(ByteBuf::release);
            held.clear();
        }

        @Override
        public void onReady(UpstreamStream ready) {
            if (over) {
                ready.cancel();
                return;
            }
            stream = ready;
            ready.sendHead(request);
            held.forEach(ready::write);
            held.clear();
            if (bodyEnded && !request.bodyless()) {
                ready.end();
            }
        }

        @Override
        public void onContinue() {}

        @Override
        public void onHead(int status, HttpHeaders headers, boolean bodyless) {}

        @Override
        public void onData(ByteBuf piece, boolean last) {
            piece.release();
            if (last && !over) {
                finish();
            }
        }

        @Override
        public void onEnd(@Nullable HttpHeaders trailers) {
            if (!over) {
                finish();
            }
        }

        @Override
        public void onReadComplete() {}

        @Override
        public void onWritable() {}

        @Override
        public void onUpgrade(HttpHeaders headers, UpgradedConnection connection) {
            connection.early().release();
            connection.channel().close();
        }

        @Override
        public void onFailure(Fault fault, String detail, boolean unsent, boolean stale) {
            if (!over) {
                finish();
            }
        }
    }
}
