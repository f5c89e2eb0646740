package dev.torii.proxy.upstream;

import dev.torii.proxy.Fault;
import dev.torii.proxy.HeaderList;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.net.HostAndPort;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request as a stream of a Vert.x HTTP/2 connection. */
final class Http2Stream implements UpstreamStream {

    private static final long REFUSED_STREAM = 0x7;
    private static final long CANCEL = 0x8;

    private final HttpClientConnection connection;
    private final Runnable release;
    private @Nullable UpstreamEvents events;
    private @Nullable HttpClientRequest request;
    private @Nullable HttpClientResponse response;
    private boolean pauseWanted;

    Http2Stream(HttpClientConnection connection, UpstreamEvents events, Runnable release) {
        this.connection = connection;
        this.events = events;
        this.release = release;
    }

    void open() {
        connection.request().onComplete(done -> {
            UpstreamEvents to = events;
            if (done.failed()) {
                finish();
                if (to != null) {
                    to.onFailure(Fault.UC, "no_stream", true, true);
                }
            } else if (to == null) {
                done.result().reset(CANCEL);
            } else {
                request = done.result();
                to.onReady(this);
            }
        });
    }

    @Override
    public void sendHead(UpstreamRequest head) {
        HttpClientRequest out = request();
        out.setMethod(HttpMethod.valueOf(head.method())).setURI(head.target()).authority(authority(head.authority()));
        MultiMap headers = out.headers();
        HeaderList lines = head.headers();
        for (int i = 0; i < lines.size(); i++) {
            headers.add(
                    lines.name(i).toString().toLowerCase(Locale.ROOT),
                    lines.value(i).toString());
        }
        out.response().onComplete(done -> {
            if (done.succeeded()) {
                onResponse(done.result());
            } else {
                onFailure(done.cause());
            }
        });
        out.exceptionHandler(this::onFailure);
        out.continueHandler(v -> {
            if (events != null) {
                events.onContinue();
            }
        });
        out.drainHandler(v -> {
            if (events != null) {
                events.onWritable();
            }
        });
        if (head.bodyless()) {
            out.end();
        } else {
            out.setChunked(true);
            out.writeHead();
        }
    }

    private void onResponse(HttpClientResponse answer) {
        UpstreamEvents to = events;
        if (to == null) {
            return;
        }
        response = answer;
        if (pauseWanted) {
            answer.pause();
        }
        answer.exceptionHandler(this::onFailure);
        answer.handler(piece -> {
            if (events != null) {
                events.onData(((BufferInternal) piece).getByteBuf(), false);
                if (events != null) {
                    events.onReadComplete();
                }
            }
        });
        answer.endHandler(v -> {
            UpstreamEvents end = events;
            finish();
            if (end != null) {
                MultiMap trailers = answer.trailers();
                end.onEnd(trailers.isEmpty() ? null : netty(trailers));
            }
        });
        // Whether a body follows is only known when it comes: DATA frames may be empty.
        to.onHead(answer.statusCode(), netty(answer.headers()), false);
        if (events == to) {
            to.onReadComplete();
        }
    }

    private void onFailure(Throwable cause) {
        UpstreamEvents to = events;
        if (to == null) {
            return;
        }
        finish();
        boolean refused = cause instanceof StreamResetException reset && reset.getCode() == REFUSED_STREAM;
        boolean started = response != null;
        to.onFailure(Fault.UC, started ? "reset_midway" : "reset_before_answer", refused, !started);
    }

    private void finish() {
        if (events != null) {
            events = null;
            release.run();
        }
    }

    @Override
    public void write(ByteBuf piece) {
        request().write(BufferInternal.buffer(piece));
    }

    @Override
    public void end() {
        request().end();
    }

    @Override
    public boolean isWritable() {
        return !request().writeQueueFull();
    }

    @Override
    public void pause() {
        pauseWanted = true;
        if (response != null) {
            response.pause();
        }
    }

    @Override
    public void resume() {
        pauseWanted = false;
        if (response != null) {
            response.resume();
        }
    }

    @Override
    public void cancel() {
        finish();
        if (request != null) {
            request.reset(CANCEL);
        }
    }

    private HttpClientRequest request() {
        HttpClientRequest out = request;
        if (out == null) {
            throw new IllegalStateException("the stream is not open");
        }
        return out;
    }

    private static HostAndPort authority(String text) {
        HostAndPort parsed = HostAndPort.parseAuthority(text, -1);
        return parsed != null ? parsed : HostAndPort.authority(text);
    }

    private static HttpHeaders netty(MultiMap from) {
        HttpHeaders headers =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        for (Map.Entry<String, String> line : from) {
            headers.add(line.getKey(), line.getValue());
        }
        return headers;
    }
}
