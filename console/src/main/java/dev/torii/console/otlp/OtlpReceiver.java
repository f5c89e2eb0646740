package dev.torii.console.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.torii.console.otlp.OtlpSpans.Taken;
import dev.torii.console.spans.TraceStore;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes OTLP over HTTP: {@code POST /v1/traces}, protobuf or JSON, gzipped or not. Bodies are collected on the event loop
 * and read by workers; there is a bound on what may be on its way, beyond which exporters are told to come back.
 */
public final class OtlpReceiver implements Handler<HttpServerRequest> {

    static final int MAX_BODY_BYTES = 4 << 20;
    static final int MAX_UNPACKED_BYTES = 16 << 20;

    private static final Logger LOG = System.getLogger(OtlpReceiver.class.getName());
    private static final String PATH = "/v1/traces";
    private static final int THREADS = 2;

    private final TraceStore store;
    private final WorkerExecutor workers;
    private final long maxPendingBytes;
    private final OtlpSpans spans = new OtlpSpans();
    private final OtlpJson json = new OtlpJson();
    private final AtomicLong pendingBytes = new AtomicLong();

    /** @param maxPendingBytes of bodies that are being received or wait to be read */
    public OtlpReceiver(Vertx vertx, TraceStore store, long maxPendingBytes) {
        this.store = store;
        this.workers = vertx.createSharedWorkerExecutor("torii-otlp", THREADS);
        this.maxPendingBytes = maxPendingBytes;
    }

    /** What is being received or waits to be read. */
    long pendingBytes() {
        return pendingBytes.get();
    }

    /** A request that is no good, and what to answer. */
    private static final class Refusal extends IOException {
        private static final long serialVersionUID = 1;
        private final int status;

        Refusal(int status, String why) {
            super(why);
            this.status = status;
        }
    }

    @Override
    public void handle(HttpServerRequest request) {
        OtlpReply reply = reply(request);
        try {
            if (!request.path().equals(PATH)) {
                throw new Refusal(404, "traces are taken at " + PATH + ", and nothing else is");
            }
            if (!request.method().equals(HttpMethod.POST)) {
                request.response().putHeader("allow", "POST");
                throw new Refusal(405, PATH + " takes POST");
            }
            if (request.headers().contains("origin") || request.headers().contains("sec-fetch-site")) {
                throw new Refusal(403, "web pages may not send spans");
            }
            if (reply == null) {
                throw new Refusal(415, "content-type is application/x-protobuf or application/json");
            }
            new Body(request, reply, isGzip(request)).receive();
        } catch (Refusal refusal) {
            request.resume();
            (reply == null ? OtlpReply.JSON : reply)
                    .refused(request.response(), refusal.status, String.valueOf(refusal.getMessage()));
        }
    }

    private static @Nullable OtlpReply reply(HttpServerRequest request) {
        String contentType = request.getHeader("content-type");
        String type =
                contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        for (OtlpReply reply : OtlpReply.values()) {
            if (reply.contentType().equals(type)) {
                return reply;
            }
        }
        return null;
    }

    private static boolean isGzip(HttpServerRequest request) throws Refusal {
        String encoding = request.getHeader("content-encoding");
        String name = encoding == null ? "identity" : encoding.strip().toLowerCase(Locale.ROOT);
        if (!name.equals("gzip") && !name.equals("identity")) {
            throw new Refusal(415, "content-encoding is gzip or none");
        }
        return name.equals("gzip");
    }

    /** One request's body on its way to the store. */
    private final class Body {

        private final HttpServerRequest request;
        private final OtlpReply reply;
        private final boolean gzip;
        private final Buffer collected = Buffer.buffer();
        private boolean over;

        Body(HttpServerRequest request, OtlpReply reply, boolean gzip) {
            this.request = request;
            this.reply = reply;
            this.gzip = gzip;
        }

        void receive() {
            request.handler(this::collect).exceptionHandler(e -> giveUp()).endHandler(v -> received());
        }

        private void collect(Buffer chunk) {
            if (over) {
                return;
            }
            collected.appendBuffer(chunk);
            if (pendingBytes.addAndGet(chunk.length()) > maxPendingBytes) {
                giveUp();
                request.response().putHeader("retry-after", "1");
                refuse(429, "too much at once, try again");
            } else if (collected.length() > MAX_BODY_BYTES) {
                giveUp();
                refuse(413, "a body has at most " + MAX_BODY_BYTES + " bytes");
            }
        }

        private void giveUp() {
            if (!over) {
                over = true;
                pendingBytes.addAndGet(-collected.length());
            }
        }

        /** The rest of the body is not wanted. */
        private void refuse(int status, String why) {
            request.response().putHeader("connection", "close");
            reply.refused(request.response(), status, why);
        }

        private void received() {
            if (over) {
                return;
            }
            workers.executeBlocking(this::store, false)
                    .onComplete(v -> giveUp())
                    .onSuccess(taken -> reply.taken(request.response(), taken))
                    .onFailure(this::failed);
        }

        private void failed(Throwable e) {
            if (e instanceof Refusal refusal) {
                reply.refused(request.response(), refusal.status, String.valueOf(e.getMessage()));
            } else if (e instanceof IOException) {
                reply.refused(request.response(), 400, "cannot be read: " + firstLine(e));
            } else {
                LOG.log(Level.ERROR, "a batch of spans failed", e);
                reply.refused(request.response(), 500, "internal error, the log says more");
            }
        }

        private Taken store() throws IOException {
            Taken taken = spans.read(parsed());
            int crowded = store.add(taken.spans(), taken.refused());
            return crowded == 0
                    ? taken
                    : new Taken(taken.spans(), taken.refused() + crowded, "a trace has too many spans");
        }

        private ExportTraceServiceRequest parsed() throws IOException {
            byte[] bytes = gzip ? unpacked(collected.getBytes()) : collected.getBytes();
            if (reply == OtlpReply.JSON) {
                return json.read(new ByteArrayInputStream(bytes), ExportTraceServiceRequest.newBuilder())
                        .build();
            }
            try {
                return ExportTraceServiceRequest.parseFrom(bytes);
            } catch (InvalidProtocolBufferException e) {
                throw new IOException("no protobuf message of this kind", e);
            }
        }
    }

    private static byte[] unpacked(byte[] packed) throws IOException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            byte[] bytes = in.readNBytes(MAX_UNPACKED_BYTES + 1);
            if (bytes.length > MAX_UNPACKED_BYTES) {
                throw new Refusal(413, "a body unpacks to at most " + MAX_UNPACKED_BYTES + " bytes");
            }
            return bytes;
        }
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
