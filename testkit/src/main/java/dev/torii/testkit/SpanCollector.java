package dev.torii.testkit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/**
 * A collector that takes spans by OTLP as it is on the wire: HTTP with protobuf, and gRPC over HTTP/2 in clear, on one port.
 * It may refuse, or never answer, when told to.
 */
public final class SpanCollector implements Listening {

    private static final String GRPC = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private static final int FRAME = 5;
    private static final int UNAVAILABLE = 14;

    private enum Mood {
        TAKES,
        REFUSES,
        STALLS
    }

    private final HttpServer server;
    private final Journal<SeenSpan> spans = new Journal<>();
    private final Journal<String> calls = new Journal<>();
    private final Journal<String> messages = new Journal<>();
    private volatile Mood mood = Mood.TAKES;

    private SpanCollector(Vertx vertx, int port) {
        HttpServerOptions options =
                new HttpServerOptions().setHost(HOST).setPort(port).setDecompressionSupported(true);
        server = vertx.createHttpServer(options)
                .requestHandler(request -> request.body().onSuccess(body -> take(request, body)));
        server.listen().await();
    }

    public static SpanCollector start(Vertx vertx) {
        return start(vertx, 0);
    }

    /** On a port where another one was before. */
    public static SpanCollector start(Vertx vertx, int port) {
        return new SpanCollector(vertx, port);
    }

    @Override
    public int port() {
        return server.actualPort();
    }

    public String url() {
        return "http://" + address();
    }

    /** All spans taken so far. */
    public Journal<SeenSpan> spans() {
        return spans;
    }

    /** The protocol of each call: {@code http} or {@code grpc}, with the header {@code x-key} where there was one. */
    public Journal<String> calls() {
        return calls;
    }

    /** The bytes of all messages taken so far, each byte a character. */
    public Journal<String> messages() {
        return messages;
    }

    /** Answers 500, or UNAVAILABLE, from now on. */
    public void refuse() {
        mood = Mood.REFUSES;
    }

    /** Answers nothing from now on. */
    public void stall() {
        mood = Mood.STALLS;
    }

    /** Takes spans again. */
    public void recover() {
        mood = Mood.TAKES;
    }

    private void take(HttpServerRequest request, Buffer body) {
        boolean grpc = request.path().equals(GRPC);
        if (!grpc && !request.path().equals("/v1/traces")) {
            request.response().setStatusCode(404).end();
            return;
        }
        String key = request.getHeader("x-key");
        calls.add((grpc ? "grpc" : "http") + (key == null ? "" : " " + key));
        if (mood == Mood.STALLS) {
            return;
        }
        if (mood == Mood.TAKES) {
            keep(grpc ? message(body) : body.getBytes());
        }
        if (grpc) {
            int status = mood == Mood.TAKES ? 0 : UNAVAILABLE;
            request.response().putHeader("content-type", "application/grpc").putTrailer("grpc-status", "" + status);
            request.response().end(status == 0 ? Buffer.buffer(new byte[FRAME]) : Buffer.buffer());
        } else {
            request.response()
                    .setStatusCode(mood == Mood.TAKES ? 200 : 500)
                    .putHeader("content-type", "application/x-protobuf")
                    .end();
        }
    }

    /** What is in the only frame of a unary call. */
    private static byte[] message(Buffer frame) {
        byte[] bytes = frame.getBytes(FRAME, FRAME + frame.getInt(1));
        if (frame.getByte(0) == 0) {
            return bytes;
        }
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void keep(byte[] message) {
        messages.add(new String(message, StandardCharsets.ISO_8859_1));
        try {
            ExportTraceServiceRequest.parseFrom(message)
                    .getResourceSpansList()
                    .forEach(of -> of.getScopeSpansList()
                            .forEach(scope -> scope.getSpansList()
                                    .forEach(span -> spans.add(SeenSpan.of(of.getResource(), span)))));
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.close().await();
    }
}
