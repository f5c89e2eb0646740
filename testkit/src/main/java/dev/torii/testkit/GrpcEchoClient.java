package dev.torii.testkit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.vertx.core.json.JsonObject;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A gRPC client over HTTP/2 in clear, on grpc-java. One connection; safe on any thread. */
public final class GrpcEchoClient implements AutoCloseable {

    private final ManagedChannel channel;

    private GrpcEchoClient(ManagedChannel channel) {
        this.channel = channel;
    }

    /**
     * Connects when first used.
     *
     * @param authority what the calls are addressed to, {@code host} or {@code host:port}
     */
    public static GrpcEchoClient to(String host, int port, String authority) {
        return new GrpcEchoClient(NettyChannelBuilder.forAddress(new InetSocketAddress(host, port))
                .usePlaintext()
                .overrideAuthority(authority)
                .build());
    }

    /**
     * How a call ended.
     *
     * @param status with its code and description
     * @param headers of the answer; empty when it was trailers-only
     * @param trailers of the answer
     * @param body what {@link GrpcEchoServer} told, null unless the status is OK
     */
    public record Reply(
            Status status,
            Metadata headers,
            Metadata trailers,
            @Nullable JsonObject body) {}

    /** Calls a method of {@link GrpcEcho#SERVICE}. */
    public Reply call(String method, Map<String, String> metadata) {
        return call(GrpcEcho.SERVICE, method, metadata);
    }

    /** Makes a unary call and waits for at most 10 seconds. */
    public Reply call(String service, String method, Map<String, String> metadata) {
        Metadata request = new Metadata();
        metadata.forEach((name, value) -> request.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
        AtomicReference<Metadata> headers = new AtomicReference<>(new Metadata());
        AtomicReference<Metadata> trailers = new AtomicReference<>(new Metadata());
        Channel intercepted = ClientInterceptors.intercept(
                channel,
                MetadataUtils.newAttachHeadersInterceptor(request),
                MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));
        try {
            String body = ClientCalls.blockingUnaryCall(
                    intercepted,
                    GrpcEcho.unary(service, method),
                    CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                    "hello");
            return new Reply(Status.OK, orEmpty(headers), orEmpty(trailers), new JsonObject(body));
        } catch (StatusRuntimeException e) {
            return new Reply(e.getStatus(), orEmpty(headers), orEmpty(trailers), null);
        }
    }

    /** For calls of other shapes. */
    public Channel channel() {
        return channel;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Metadata orEmpty(AtomicReference<Metadata> captured) {
        Metadata metadata = captured.get();
        return metadata == null ? new Metadata() : metadata;
    }
}
