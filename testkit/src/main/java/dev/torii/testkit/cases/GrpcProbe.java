package dev.torii.testkit.cases;

import dev.torii.testkit.GrpcEcho;
import dev.torii.testkit.GrpcEchoClient;
import dev.torii.testkit.Listening;
import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Unary gRPC calls over HTTP/2 in clear, with grpc-java; those of one probe share a connection, as gRPC clients do. */
final class GrpcProbe implements Probe {

    private final GrpcEchoClient client;

    GrpcProbe(int port, Exchange exchange) {
        this.client = GrpcEchoClient.to(Listening.HOST, port, exchange.target().authority());
    }

    @Override
    public Answer ask(int port, Exchange exchange) {
        Exchange.Target target = exchange.target();
        Map<String, String> metadata = new LinkedHashMap<>();
        exchange.headers().forEach(h -> metadata.put(h.getKey(), h.getValue()));
        String path = target.path().substring(1);
        int slash = path.indexOf('/');
        String service = slash < 0 ? GrpcEcho.SERVICE : path.substring(0, slash);
        return answer(client.call(service, path.substring(slash + 1), metadata));
    }

    @Override
    public void close() {
        client.close();
    }

    private static Answer answer(GrpcEchoClient.Reply reply) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        entries(reply.headers(), headers);
        entries(reply.trailers(), headers);
        String description = reply.status().getDescription();
        String detail = description == null || reply.status().isOk() ? "" : description;
        return new Answer(reply.status().getCode().name(), headers, "", reply.body(), Map.of(), detail);
    }

    private static void entries(Metadata metadata, List<Map.Entry<String, String>> into) {
        for (String name : metadata.keys()) {
            if (!name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                String value = metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
                into.add(Map.entry(name, String.valueOf(value)));
            }
        }
    }
}
