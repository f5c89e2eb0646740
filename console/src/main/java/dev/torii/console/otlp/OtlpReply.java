package dev.torii.console.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.torii.console.otlp.OtlpSpans.Taken;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;

/** How an exporter is answered: in the encoding it used. Source: OTLP specification 1.x, "OTLP/HTTP Response". */
enum OtlpReply {
    PROTOBUF("application/x-protobuf"),
    JSON("application/json");

    private static final int STATUS_MESSAGE = 2;

    private final String contentType;

    OtlpReply(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    /** All was taken, or all but what was refused. */
    void taken(HttpServerResponse response, Taken taken) {
        Buffer body;
        if (this == JSON) {
            JsonObject json = new JsonObject();
            if (taken.refused() > 0) {
                json.put(
                        "partialSuccess",
                        new JsonObject()
                                .put("rejectedSpans", Integer.toString(taken.refused()))
                                .put("errorMessage", taken.reason()));
            }
            body = json.toBuffer();
        } else {
            ExportTraceServiceResponse.Builder message = ExportTraceServiceResponse.newBuilder();
            if (taken.refused() > 0) {
                message.setPartialSuccess(ExportTracePartialSuccess.newBuilder()
                        .setRejectedSpans(taken.refused())
                        .setErrorMessage(taken.reason()));
            }
            body = Buffer.buffer(message.build().toByteArray());
        }
        send(response, 200, body);
    }

    /** Nothing was taken; a google.rpc.Status says why. */
    void refused(HttpServerResponse response, int status, String why) {
        send(
                response,
                status,
                this == JSON ? new JsonObject().put("message", why).toBuffer() : rpcStatus(why));
    }

    /** The one field of the message that anybody reads, so that its schema need not be here. */
    private static Buffer rpcStatus(String why) {
        ByteString.Output bytes = ByteString.newOutput();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.writeString(STATUS_MESSAGE, why);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(bytes.toByteString().toByteArray());
    }

    private void send(HttpServerResponse response, int status, Buffer body) {
        if (!response.ended() && !response.closed()) {
            response.setStatusCode(status)
                    .putHeader("content-type", contentType)
                    .putHeader("x-content-type-options", "nosniff")
                    .end(body);
        }
    }
}
