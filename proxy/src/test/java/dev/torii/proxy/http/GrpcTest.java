package dev.torii.proxy.http;

import static io.grpc.Status.Code.CANCELLED;
import static io.grpc.Status.Code.DEADLINE_EXCEEDED;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.OK;
import static io.grpc.Status.Code.UNAVAILABLE;
import static io.grpc.Status.Code.UNIMPLEMENTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeRecord;
import dev.torii.proxy.Fault;
import dev.torii.proxy.TestProxy;
import dev.torii.routing.Cluster;
import dev.torii.routing.ConnectionSettings;
import dev.torii.routing.LoadBalancing;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.GrpcEcho;
import dev.torii.testkit.GrpcEchoClient;
import dev.torii.testkit.GrpcEchoServer;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp2;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** gRPC as grpc-java speaks it on both sides: streams, statuses, deadlines, cancellation, and failures of our own. */
class GrpcTest {

    private static final Metadata.Key<String> TIMEOUT = text("grpc-timeout");
    private static final Metadata.Key<String> TRAILER = text("x-echo-trailer");
    private static final Metadata.Key<byte[]> BINARY =
            Metadata.Key.of("x-echo-trailer-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private final GrpcEchoServer server = GrpcEchoServer.start(Pod.of("grpc"));
    private final TestProxy proxy = new TestProxy();
    private final GrpcEchoClient client;

    GrpcTest() {
        behind("grpc", server.port()).route("/", "grpc").apply();
        client = GrpcEchoClient.to("127.0.0.1", proxy.port(), "a.example");
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
        server.close();
    }

    private TestProxy behind(String name, int... ports) {
        return proxy.cluster(name, Cluster.Protocol.HTTP2, LoadBalancing.DEFAULT, ConnectionSettings.DEFAULT, ports);
    }

    private static Metadata.Key<String> text(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** A call of any shape, whose messages and end can be waited for. */
    private final class Call extends ClientCall.Listener<String> {
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final CompletableFuture<Status> ended = new CompletableFuture<>();
        private final ClientCall<String, String> call;
        private volatile Metadata trailers = new Metadata();

        Call(MethodDescriptor<String, String> method, Metadata metadata) {
            call = client.channel().newCall(method, CallOptions.DEFAULT);
            call.start(this, metadata);
            call.request(Integer.MAX_VALUE);
        }

        Call say(String message) {
            call.sendMessage(message);
            return this;
        }

        Call done() {
            call.halfClose();
            return this;
        }

        @Nullable
        String hear() throws InterruptedException {
            return messages.poll(30, TimeUnit.SECONDS);
        }

        Status status() throws Exception {
            return ended.get(30, TimeUnit.SECONDS);
        }

        @Override
        public void onMessage(String message) {
            messages.add(message);
        }

        @Override
        public void onClose(Status status, Metadata last) {
            trailers = last;
            ended.complete(status);
        }
    }

    private Call call(MethodDescriptor<String, String> method) {
        return new Call(method, new Metadata());
    }

    private Call within(String timeout, MethodDescriptor<String, String> method) {
        // Not as an option of the call: then the client itself would end it.
        Metadata metadata = new Metadata();
        metadata.put(TIMEOUT, timeout);
        return new Call(method, metadata);
    }

    @Test
    void everyShapeOfCallWorks() throws Exception {
        Call unary = call(GrpcEcho.unary("Echo")).say("hello").done();
        assertThat(unary.hear()).contains("\"message\":\"hello\"");
        assertThat(unary.status().getCode()).isEqualTo(OK);

        Call counted = call(GrpcEcho.count()).say("500").done();
        for (int i = 0; i < 500; i++) {
            assertThat(counted.hear()).isEqualTo("" + i);
        }
        assertThat(counted.status().getCode()).isEqualTo(OK);

        Call joined = call(GrpcEcho.join());
        for (int i = 0; i < 500; i++) {
            joined.say("x");
        }
        assertThat(joined.done().hear()).isEqualTo("x".repeat(500));
        assertThat(joined.status().getCode()).isEqualTo(OK);
        for (int i = 0; i < 3; i++) {
            ExchangeRecord record = proxy.record();
            assertThat(record.grpcStatus()).isZero();
            assertThat(record.fault()).isNull();
        }
    }

    @Test
    void messagesOfBothSidesInterleaveOnManyStreams() throws Exception {
        Call[] chats = new Call[8];
        for (int i = 0; i < chats.length; i++) {
            chats[i] = call(GrpcEcho.chat());
        }
        for (int round = 0; round < 50; round++) {
            for (Call chat : chats) {
                chat.say("round " + round);
            }
            for (Call chat : chats) {
                assertThat(chat.hear()).isEqualTo("round " + round);
            }
        }
        for (Call chat : chats) {
            assertThat(chat.done().status().getCode()).isEqualTo(OK);
        }
        // Answers may end before the requests do, on the same connection all the while.
        assertThat(call(GrpcEcho.unary("Echo")).say("after").done().status().getCode())
                .isEqualTo(OK);
    }

    @Test
    void largeMessagesAndMetadataComeBackAsTheyWere() throws Exception {
        Metadata metadata = new Metadata();
        metadata.put(TRAILER, "spoken");
        byte[] bytes = {0, 1, (byte) 0xff, '\r', '\n', ','};
        metadata.put(BINARY, bytes);
        String large = "large ".repeat(500_000);
        Call chat = new Call(GrpcEcho.chat(), metadata).say(large).done();
        assertThat(chat.hear()).isEqualTo(large);
        assertThat(chat.status().getCode()).isEqualTo(OK);
        assertThat(chat.trailers.get(TRAILER)).isEqualTo("spoken");
        assertThat(chat.trailers.get(BINARY)).isEqualTo(bytes);
    }

    @Test
    void anErrorOfTheServerComesThroughInTrailersOnly() throws Exception {
        Call failed = call(GrpcEcho.fail()).say("NOT_FOUND no such röute").done();
        assertThat(failed.status().getCode()).isEqualTo(NOT_FOUND);
        assertThat(failed.status().getDescription()).isEqualTo("no such röute");
        ExchangeRecord record = proxy.record();
        assertThat(record.grpcStatus()).isEqualTo(NOT_FOUND.value());
        assertThat(record.fault()).isNull();
    }

    @Test
    void aClientThatCancelsIsToldToTheServer() throws Exception {
        Call chat = call(GrpcEcho.chat()).say("hello");
        assertThat(chat.hear()).isEqualTo("hello");
        chat.call.cancel("enough", null);
        assertThat(chat.status().getCode()).isEqualTo(CANCELLED);
        assertThat(server.awaitCancelled(1)).isTrue();
        assertThat(proxy.record().fault()).isEqualTo(Fault.DC);
    }

    @Test
    void aDeadlineThatPassesEndsTheCallOnBothSides() throws Exception {
        try (MisbehavingBackend silent = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2();
            http2.awaitHeaders();
            connection.count("reset " + http2.await(Http2Frame.RST_STREAM).errorCode());
        })) {
            behind("silent", silent.port()).clearRoutes().route("/", "silent").apply();
            Call call = within("300m", GrpcEcho.unary("Echo")).say("hello").done();
            refused(call, DEADLINE_EXCEEDED, Fault.DT, "request_timeout");
            assertThat(silent.awaitRequests(1)).isTrue();
            assertThat(silent.requests()).containsExactly("reset " + Http2Frame.CANCEL);
        }
    }

    @Test
    void aDeadlineThatPassesWithinAnAnswerIsToldInItsTrailers() throws Exception {
        try (MisbehavingBackend half = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2();
            int stream = http2.awaitHeaders().stream();
            http2.headers(stream, false, ":status", "200", "content-type", "application/grpc");
            http2.data(stream, false, "\0\0\0\0\4half");
            connection.count("reset " + http2.await(Http2Frame.RST_STREAM).errorCode());
        })) {
            behind("half", half.port()).clearRoutes().route("/", "half").apply();
            Call call = within("500m", GrpcEcho.chat());
            assertThat(call.hear()).isEqualTo("half");
            refused(call, DEADLINE_EXCEEDED, Fault.DT, "request_timeout");
            assertThat(half.awaitRequests(1)).isTrue();
            assertThat(half.requests()).containsExactly("reset " + Http2Frame.CANCEL);
        }
    }

    @Test
    void aBackendThatBreaksOffIsToldInTheTrailers() throws Exception {
        try (MisbehavingBackend broken = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2();
            int stream = http2.awaitHeaders().stream();
            http2.headers(stream, false, ":status", "200", "content-type", "application/grpc");
            http2.data(stream, false, "\0\0\0\0\4half");
            http2.await(Http2Frame.DATA);
        })) {
            behind("broken", broken.port()).clearRoutes().route("/", "broken").apply();
            Call call = call(GrpcEcho.chat());
            assertThat(call.hear()).isEqualTo("half");
            call.say("go");
            refused(call, UNAVAILABLE, Fault.UC, "closed_midway");
        }
    }

    @Test
    void failuresOfOurOwnAreStatuses() throws Exception {
        proxy.clearRoutes().apply();
        refused(call(GrpcEcho.unary("Echo")).say("a").done(), UNIMPLEMENTED, Fault.NR, "route_not_found");
        behind("empty").route("/", "empty").apply();
        refused(call(GrpcEcho.unary("Echo")).say("a").done(), UNAVAILABLE, Fault.UH, "no_endpoint");
        behind("closed", FreePort.find()).clearRoutes().route("/", "closed").apply();
        refused(call(GrpcEcho.unary("Echo")).say("a").done(), UNAVAILABLE, Fault.UF, "connection_refused");
    }

    /** The client is told by a gRPC status, and the record says the same. */
    private void refused(Call call, Status.Code code, Fault why, String detail) throws Exception {
        assertThat(call.status().getCode()).as(call.status().toString()).isEqualTo(code);
        assertThat(call.status().getDescription()).endsWith("(" + why + " " + detail + ")");
        ExchangeRecord record = proxy.record();
        assertThat(record.fault()).isEqualTo(why);
        assertThat(record.detail()).isEqualTo(detail);
        assertThat(record.grpcStatus()).isEqualTo(code.value());
    }
}
