package dev.torii.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The gRPC service of the Gateway API conformance suite, by its own names. Messages are plain text instead of protobuf:
 * no proxy looks inside them.
 */
public final class GrpcEcho {

    public static final String SERVICE = "gateway_api_conformance.echo_basic.grpcecho.GrpcEcho";

    /** The unary methods that a server knows. */
    public static final List<String> METHODS = List.of("Echo", "EchoTwo", "EchoThree");

    /** Answers with every message of a stream of requests, one by one. */
    public static final String CHAT = "Chat";

    /** Answers a number with as many messages, from 0 on. */
    public static final String COUNT = "Count";

    /** Answers with all messages of a stream of requests in one. */
    public static final String JOIN = "Join";

    /** Answers {@code CODE description} with that status. */
    public static final String FAIL = "Fail";

    private static final Text TEXT = new Text();

    private GrpcEcho() {}

    /** A unary method of {@link #SERVICE}, also of a name that no server knows. */
    public static MethodDescriptor<String, String> unary(String method) {
        return unary(SERVICE, method);
    }

    /** A unary method of any service. */
    public static MethodDescriptor<String, String> unary(String service, String method) {
        return descriptor(service, method, MethodType.UNARY);
    }

    /** {@link #CHAT}. */
    public static MethodDescriptor<String, String> chat() {
        return descriptor(SERVICE, CHAT, MethodType.BIDI_STREAMING);
    }

    /** {@link #COUNT}. */
    public static MethodDescriptor<String, String> count() {
        return descriptor(SERVICE, COUNT, MethodType.SERVER_STREAMING);
    }

    /** {@link #JOIN}. */
    public static MethodDescriptor<String, String> join() {
        return descriptor(SERVICE, JOIN, MethodType.CLIENT_STREAMING);
    }

    /** {@link #FAIL}. */
    public static MethodDescriptor<String, String> fail() {
        return unary(FAIL);
    }

    private static MethodDescriptor<String, String> descriptor(String service, String method, MethodType type) {
        return MethodDescriptor.newBuilder(TEXT, TEXT)
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service, method))
                .build();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
