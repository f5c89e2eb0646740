package dev.torii.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GrpcEchoTest {

    @Test
    void tellsWhatArrivedAndWhoAnswered() {
        try (GrpcEchoServer server = GrpcEchoServer.start(Pod.of("grpc-infra-backend-v1"));
                GrpcEchoClient client = GrpcEchoClient.to(Listening.HOST, server.port(), "foo.example:8080")) {
            GrpcEchoClient.Reply reply = client.call("EchoTwo", Map.of("version", "two", "x-echo-trailer", "bye"));
            assertThat(reply.status().getCode()).isEqualTo(Status.Code.OK);
            assertThat(reply.body()).isNotNull();
            assertThat(reply.body().getString("path")).isEqualTo("/" + GrpcEcho.SERVICE + "/EchoTwo");
            assertThat(reply.body().getString("host")).isEqualTo("foo.example:8080");
            assertThat(reply.body().getString("service")).isEqualTo("grpc-infra-backend-v1");
            assertThat(reply.body()
                            .getJsonObject("headers")
                            .getJsonArray("version")
                            .getString(0))
                    .isEqualTo("two");
            assertThat(reply.trailers().get(Metadata.Key.of("x-echo-trailer", Metadata.ASCII_STRING_MARSHALLER)))
                    .isEqualTo("bye");
            assertThat(server.journal().all())
                    .singleElement()
                    .satisfies(c -> assertThat(c.header("Version")).containsExactly("two"));
        }
    }

    @Test
    void doesNotKnowOtherMethods() {
        try (GrpcEchoServer server = GrpcEchoServer.start(Pod.of("grpc-infra-backend-v1"));
                GrpcEchoClient client = GrpcEchoClient.to(Listening.HOST, server.port(), "foo.example")) {
            assertThat(client.call("EchoFour", Map.of()).status().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        }
    }
}
