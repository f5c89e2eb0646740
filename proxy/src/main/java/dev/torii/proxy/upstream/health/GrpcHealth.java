package dev.torii.proxy.upstream.health;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The two messages of {@code grpc.health.v1.Health/Check}, which are not worth a library: a string with number 1 asks, an
 * enum with number 1 answers. Source: {@code grpc/health/v1/health.proto} and gRPC over HTTP/2.
 */
final class GrpcHealth {

    static final String PATH = "/grpc.health.v1.Health/Check";

    private static final int FRAME = 5;
    private static final byte STRING_1 = 0x0a;
    private static final byte ENUM_1 = 0x08;
    private static final byte SERVING = 1;

    private GrpcHealth() {}

    /** @param service {@code ""} asks for the server as a whole */
    static Buffer request(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        Buffer message = Buffer.buffer();
        if (name.length > 0) {
            message.appendByte(STRING_1);
            int left = name.length;
            for (; left > 0x7f; left >>>= 7) {
                message.appendByte((byte) (left | 0x80));
            }
            message.appendByte((byte) left).appendBytes(name);
        }
        return Buffer.buffer().appendByte((byte) 0).appendInt(message.length()).appendBuffer(message);
    }

    /** What is wrong with an answer; {@code ""} for nothing. */
    static String judge(int status, MultiMap headers, MultiMap trailers, @Nullable Buffer body) {
        if (status != 200) {
            return Integer.toString(status);
        }
        String trailer = trailers.get("grpc-status");
        String code = trailer == null ? headers.get("grpc-status") : trailer;
        if (!"0".equals(code)) {
            return word(code);
        }
        return isServing(body) ? "" : "not_serving";
    }

    private static String word(@Nullable String code) {
        if (code == null) {
            return "protocol_error";
        }
        return switch (code) {
            case "5" -> "unknown_service";
            case "12" -> "no_health_service";
            default -> isNumber(code) ? "grpc_status_" + code : "protocol_error";
        };
    }

    private static boolean isNumber(String code) {
        return !code.isEmpty() && code.length() <= 3 && code.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean isServing(@Nullable Buffer body) {
        return body != null
                && body.length() >= FRAME + 2
                && body.getByte(0) == 0
                && body.getByte(FRAME) == ENUM_1
                && body.getByte(FRAME + 1) == SERVING;
    }
}
