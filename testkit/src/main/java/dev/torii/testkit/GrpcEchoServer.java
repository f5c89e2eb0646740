package dev.torii.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC server with the methods of {@link GrpcEcho}, on grpc-java: an HTTP/2 implementation that is not ours. Every
 * unary call is answered with a JSON text that tells {@code path}, {@code host}, {@code headers}, {@code namespace},
 * {@code service}, {@code pod}, {@code tls} and the {@code message} received. Request metadata {@code x-echo-trailer}
 * and {@code x-echo-trailer-bin} come back as trailers of that name.
 */
public final class GrpcEchoServer implements Listening {

    private static final Context.Key<SeenRequest> CALL = Context.key("call");
    private static final Metadata.Key<String> TRAILER =
            Metadata.Key.of("x-echo-trailer", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<byte[]> BINARY_TRAILER =
            Metadata.Key.of("x-echo-trailer-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private final Pod pod;
    private final Journal<SeenRequest> journal = new Journal<>();
    private final Journal<Throwable> cancelled = new Journal<>();
    private final Server server;

    private GrpcEchoServer(Pod pod, int port, @Nullable ServerTls tls) {
        this.pod = pod;
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(HOST, port))
                .addService(ServerInterceptors.intercept(service(), new Recorder()));
        if (tls != null) {
            builder.useTransportSecurity(stream(tls.certificatePem()), stream(tls.keyPem()));
        }
        try {
            this.server = builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** HTTP/2 in clear. */
    public static GrpcEchoServer start(Pod pod) {
        return start(pod, 0);
    }

    /** HTTP/2 in clear, on a port that configuration names already. */
    public static GrpcEchoServer start(Pod pod, int port) {
        return new GrpcEchoServer(pod, port, null);
    }

    /** HTTP/2 over TLS. */
    public static GrpcEchoServer startTls(Pod pod, ServerTls tls) {
        return new GrpcEchoServer(pod, 0, tls);
    }

    @Override
    public int port() {
        return server.getPort();
    }

    public Pod pod() {
        return pod;
    }

    /** Every call so far. */
    public Journal<SeenRequest> journal() {
        return journal;
    }

    /** Waits until so many streams of requests were broken off; false when they are not within 10 seconds. */
    public boolean awaitCancelled(int n) {
        return cancelled.await(n, c -> true, Duration.ofSeconds(10)).size() >= n;
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ServerServiceDefinition service() {
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(GrpcEcho.SERVICE);
        for (String method : GrpcEcho.METHODS) {
            service.addMethod(GrpcEcho.unary(method), ServerCalls.asyncUnaryCall(this::answer));
        }
        service.addMethod(GrpcEcho.chat(), ServerCalls.asyncBidiStreamingCall(this::chat));
        service.addMethod(GrpcEcho.join(), ServerCalls.asyncClientStreamingCall(this::join));
        service.addMethod(GrpcEcho.count(), ServerCalls.asyncServerStreamingCall(GrpcEchoServer::count));
        service.addMethod(GrpcEcho.fail(), ServerCalls.asyncUnaryCall(GrpcEchoServer::fail));
        return service.build();
    }

    private void answer(String message, StreamObserver<String> reply) {
        SeenRequest call = Objects.requireNonNull(CALL.get());
        JsonObject json = new JsonObject()
                .put("path", call.uri())
                .put("host", call.host())
                .put("method", call.method())
                .put("proto", call.protocol())
                .put("headers", EchoReply.grouped(call.headers()))
                .put("namespace", pod.namespace())
                .put("service", pod.service())
                .put("pod", pod.name())
                .put("message", message);
        if (!call.serverName().isEmpty()) {
            json.put("tls", new JsonObject().put("serverName", call.serverName()));
        }
        reply.onNext(json.encode());
        reply.onCompleted();
    }

    private StreamObserver<String> chat(StreamObserver<String> replies) {
        return new Requests(replies::onNext, replies::onCompleted);
    }

    private StreamObserver<String> join(StreamObserver<String> reply) {
        StringBuilder all = new StringBuilder();
        return new Requests(all::append, () -> {
            reply.onNext(all.toString());
            reply.onCompleted();
        });
    }

    private static void count(String number, StreamObserver<String> replies) {
        for (int i = 0; i < Integer.parseInt(number); i++) {
            replies.onNext(Integer.toString(i));
        }
        replies.onCompleted();
    }

    private static void fail(String how, StreamObserver<String> reply) {
        String[] status = how.split(" ", 2);
        reply.onError(Status.Code.valueOf(status[0])
                .toStatus()
                .withDescription(status[1])
                .asRuntimeException());
    }

    /** A stream of requests. */
    private final class Requests implements StreamObserver<String> {
        private final Consumer<String> message;
        private final Runnable end;

        Requests(Consumer<String> message, Runnable end) {
            this.message = message;
            this.end = end;
        }

        @Override
        public void onNext(String text) {
            message.accept(text);
        }

        @Override
        public void onError(Throwable gone) {
            cancelled.add(gone);
        }

        @Override
        public void onCompleted() {
            end.run();
        }
    }

    /** Remembers each call and puts it where the method can see it. */
    private final class Recorder implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            SeenRequest seen = new SeenRequest(
                    "POST",
                    "/" + call.getMethodDescriptor().getFullMethodName(),
                    call.getAuthority() == null ? "" : call.getAuthority(),
                    "HTTP/2.0",
                    entries(headers),
                    serverName(call));
            journal.add(seen);
            ServerCall<Q, A> echoing = new TrailerEcho<>(call, headers);
            return Contexts.interceptCall(Context.current().withValue(CALL, seen), echoing, headers, next);
        }
    }

    private static final class TrailerEcho<Q, A> extends io.grpc.ForwardingServerCall.SimpleForwardingServerCall<Q, A> {
        private final Metadata request;

        TrailerEcho(ServerCall<Q, A> call, Metadata request) {
            super(call);
            this.request = request;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            echo(TRAILER, trailers);
            echo(BINARY_TRAILER, trailers);
            super.close(status, trailers);
        }

        private <T> void echo(Metadata.Key<T> key, Metadata trailers) {
            T value = request.get(key);
            if (value != null) {
                trailers.put(key, value);
            }
        }
    }

    private static List<Map.Entry<String, String>> entries(Metadata headers) {
        List<Map.Entry<String, String>> entries = new ArrayList<>();
        for (String name : headers.keys()) {
            if (!name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                Iterable<String> values = headers.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
                if (values != null) {
                    values.forEach(value -> entries.add(Map.entry(name, value)));
                }
            }
        }
        return entries;
    }

    private static String serverName(ServerCall<?, ?> call) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                return new String(name.getEncoded(), UTF_8);
            }
        }
        return "";
    }

    private static ByteArrayInputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(UTF_8));
    }
}
