package dev.torii.proxy.upstream.health;

import static dev.torii.proxy.upstream.health.Asking.check;
import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.Cluster.Protocol;
import dev.torii.routing.Endpoint;
import dev.torii.routing.Resilience.HealthCheck.Kind;
import dev.torii.routing.UpstreamTls;
import dev.torii.testkit.Behaviours;
import dev.torii.testkit.Certificates;
import dev.torii.testkit.EchoBackend;
import dev.torii.testkit.FreePort;
import dev.torii.testkit.Http2Frame;
import dev.torii.testkit.Listening;
import dev.torii.testkit.MisbehavingBackend;
import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.Pod;
import dev.torii.testkit.RawHttp2;
import dev.torii.testkit.ServerTls;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/** Questions by gRPC, to grpc-java and to what is none, and by connecting. */
@ExtendWith(NoLeaks.class)
class GrpcAndTcpProbeTest {

    private static final long PATIENT = 20_000;
    private static final long HASTY = 300;
    private static final Pod POD = new Pod("default", "b", "b-1");
    private static final Certificates CA = Certificates.authority("Backend CA");

    private final Asking asking = new Asking();

    @AfterEach
    void close() {
        asking.close();
    }

    /** Bytes as they are: the test writes its protobuf itself. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** grpc-java with a health service that says of each name what the map does; remembers the questions. */
    private static final class GrpcServer implements Listening {

        private final LinkedBlockingQueue<byte[]> questions = new LinkedBlockingQueue<>();
        private final Server server;

        GrpcServer(Map<String, byte[]> answers, @Nullable ServerTls tls) {
            MethodDescriptor<byte[], byte[]> check = MethodDescriptor.newBuilder(new Bytes(), new Bytes())
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("grpc.health.v1.Health/Check")
                    .build();
            NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(HOST, 0))
                    .addService(ServerServiceDefinition.builder("grpc.health.v1.Health")
                            .addMethod(check, ServerCalls.asyncUnaryCall((question, reply) -> {
                                questions.add(question);
                                String name = question.length < 2 ? "" : new String(question, 2, question.length - 2);
                                byte[] answer = answers.get(name);
                                if (answer == null) {
                                    reply.onError(Status.NOT_FOUND.asRuntimeException());
                                } else {
                                    reply.onNext(answer);
                                    reply.onCompleted();
                                }
                            }))
                            .build());
            if (tls != null) {
                builder.useTransportSecurity(
                        new ByteArrayInputStream(tls.certificatePem().getBytes()),
                        new ByteArrayInputStream(tls.keyPem().getBytes()));
            }
            try {
                server = builder.build().start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public int port() {
            return server.getPort();
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
    }

    private static Endpoint at(Listening backend) {
        return new Endpoint(Listening.HOST, backend.port());
    }

    private String grpc(Listening backend, String service, @Nullable UpstreamTls tls) {
        return asking.ask(check(Kind.GRPC, service, PATIENT), Protocol.AUTO, at(backend), tls);
    }

    private String tcp(Listening backend, long timeoutMs, @Nullable UpstreamTls tls) {
        return asking.ask(check(Kind.TCP, "", timeoutMs), Protocol.AUTO, at(backend), tls);
    }

    @Test
    void onlyServingIsHealthy() throws Exception {
        Map<String, byte[]> answers = Map.of(
                "", new byte[] {0x08, 1},
                "shop.Cart", new byte[] {0x08, 1},
                "shop.Down", new byte[] {0x08, 2},
                "shop.Unknown", new byte[] {0x08, 3},
                "shop.Nothing", new byte[0]);
        try (GrpcServer server = new GrpcServer(answers, null)) {
            assertThat(grpc(server, "", null)).isEmpty();
            assertThat(server.questions.take()).isEmpty();
            assertThat(grpc(server, "shop.Cart", null)).isEmpty();
            assertThat(server.questions.take()).startsWith(0x0a, 9, 's', 'h');
            assertThat(grpc(server, "shop.Down", null)).isEqualTo("not_serving");
            assertThat(grpc(server, "shop.Unknown", null)).isEqualTo("not_serving");
            assertThat(grpc(server, "shop.Nothing", null)).isEqualTo("not_serving");
            assertThat(grpc(server, "shop.Other", null)).isEqualTo("unknown_service");
        }
    }

    @Test
    void aLongNameIsWrittenAsProtobufWantsIt() throws Exception {
        String name = "n".repeat(300);
        try (GrpcServer server = new GrpcServer(Map.of(), null)) {
            assertThat(grpc(server, name, null)).isEqualTo("unknown_service");
            assertThat(server.questions.take())
                    .startsWith(0x0a, 0xac, 0x02, 'n')
                    .hasSize(303);
        }
    }

    @Test
    void grpcOverTls() {
        Certificates.Leaf leaf = CA.issue("b.example");
        ServerTls tls = ServerTls.of(leaf.certificatePem(), leaf.keyPem());
        try (GrpcServer server = new GrpcServer(Map.of("", new byte[] {0x08, 1}), tls)) {
            assertThat(grpc(server, "", new UpstreamTls("b.example", List.of(), CA.caPem(), null)))
                    .isEmpty();
            assertThat(grpc(server, "", new UpstreamTls("c.example", List.of(), CA.caPem(), null)))
                    .isEqualTo("tls_handshake_failed");
        }
    }

    @Test
    void whoSpeaksNoGrpcIsNotHealthy() {
        try (EchoBackend http2 = EchoBackend.startH2c(asking.vertx(), POD);
                MisbehavingBackend http1 = MisbehavingBackend.start(
                        connection -> connection.send("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"))) {
            assertThat(grpc(http2, "", null)).isEqualTo("protocol_error");
            assertThat(grpc(http1, "", null)).isEqualTo("protocol_error");
        }
    }

    /** What a backend does on the stream of the question. */
    @FunctionalInterface
    private interface Reply {
        void to(RawHttp2 http2, int stream);
    }

    private static final String[] OK = {":status", "200", "content-type", "application/grpc"};

    static final List<Arguments> REPLIES = List.of(
            reply(
                    "not_serving",
                    (http2, stream) -> http2.headers(stream, false, OK)
                            .data(stream, false, "\0\0\0\0\0")
                            .headers(stream, true, "grpc-status", "0")),
            reply(
                    "no_health_service",
                    (http2, stream) -> http2.headers(stream, true, ":status", "200", "grpc-status", "12")),
            reply(
                    "grpc_status_14",
                    (http2, stream) -> http2.headers(stream, true, ":status", "200", "grpc-status", "14")),
            reply(
                    "protocol_error",
                    (http2, stream) -> http2.headers(stream, true, ":status", "200", "grpc-status", "all is well")),
            reply("503", (http2, stream) -> http2.headers(stream, true, ":status", "503")),
            reply(
                    "protocol_error",
                    (http2, stream) -> http2.headers(stream, false, OK).data(stream, false, "x".repeat(11_000))),
            reply("closed_before_answer", (http2, stream) -> http2.reset(stream, 8)));

    private static Arguments reply(String reason, Reply reply) {
        return Arguments.of(reason, reply);
    }

    @ParameterizedTest
    @FieldSource("REPLIES")
    void replies(String reason, Reply reply) {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> {
            RawHttp2 http2 = connection.http2();
            reply.to(http2, http2.awaitHeaders().stream());
            connection.stall();
        })) {
            assertThat(grpc(backend, "", null)).isEqualTo(reason);
            assertThat(backend.awaitClosed()).as("connection closed").isTrue();
        }
    }

    @Test
    void aSilentServerIsGivenUpWithItsConnection() {
        try (MisbehavingBackend backend = MisbehavingBackend.start(connection -> connection.stall());
                MisbehavingBackend polite = MisbehavingBackend.start(connection -> {
                    connection.http2().await(Http2Frame.HEADERS);
                    connection.stall();
                })) {
            for (MisbehavingBackend silent : List.of(backend, polite)) {
                assertThat(asking.ask(check(Kind.GRPC, "", HASTY), Protocol.AUTO, at(silent), null))
                        .isEqualTo("timeout");
                assertThat(silent.awaitClosed()).isTrue();
            }
        }
    }

    @Test
    void tcpWantsAConnectionAndNoMore() {
        try (MisbehavingBackend silent = MisbehavingBackend.start(connection -> connection.stall());
                MisbehavingBackend chatty = MisbehavingBackend.start(Behaviours.drips("220 hello", 10))) {
            assertThat(tcp(silent, PATIENT, null)).isEmpty();
            assertThat(tcp(chatty, PATIENT, null)).isEmpty();
            assertThat(silent.awaitClosed()).isTrue();
        }
        Endpoint nobody = new Endpoint(Listening.HOST, FreePort.find());
        assertThat(asking.ask(check(Kind.TCP, "", PATIENT), Protocol.AUTO, nobody, null))
                .isEqualTo("connection_refused");
        Endpoint unknown = new Endpoint("nobody.invalid", 80);
        assertThat(asking.ask(check(Kind.TCP, "", PATIENT), Protocol.AUTO, unknown, null))
                .isEqualTo("unknown_host");
    }

    @Test
    void tcpShakesHandsWhereTheClusterSpeaksTls() {
        Certificates.Leaf leaf = CA.issue("b.example");
        UpstreamTls fine = new UpstreamTls("b.example", List.of(), CA.caPem(), null);
        UpstreamTls other = new UpstreamTls("c.example", List.of(), CA.caPem(), null);
        try (EchoBackend backend =
                        EchoBackend.startTls(asking.vertx(), POD, ServerTls.of(leaf.certificatePem(), leaf.keyPem()));
                MisbehavingBackend silent = MisbehavingBackend.start(connection -> connection.stall())) {
            assertThat(tcp(backend, PATIENT, fine)).isEmpty();
            assertThat(tcp(backend, PATIENT, other)).isEqualTo("tls_handshake_failed");
            assertThat(tcp(silent, HASTY, fine)).isIn("timeout", "tls_handshake_failed");
            assertThat(silent.awaitClosed()).isTrue();
        }
    }
}
