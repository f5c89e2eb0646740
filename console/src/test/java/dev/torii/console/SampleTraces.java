package dev.torii.console;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Requests through the demo's shop as spans, the way Torii's proxies tell them: the gateway and every sidecar have a
 * SERVER span for what they receive and a CLIENT span for each attempt. Random, but the same for the same seed.
 */
public final class SampleTraces {

    private static final long MILLI = 1_000_000;

    /** Who calls whom, in order. */
    private static final Map<String, List<String>> CALLS = Map.of(
            "web", List.of("products", "cart", "reviews"),
            "cart", List.of("prices"),
            "products", List.of("prices"));

    private final Random random;
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    SampleTraces(long seed) {
        this.random = new Random(seed);
    }

    /** From now on, or no more, this service times out at every first attempt and answers 503 at every third request. */
    void fail(String service, boolean fails) {
        if (fails) {
            failing.add(service);
        } else {
            failing.remove(service);
        }
    }

    static List<String> callees(String service) {
        return CALLS.getOrDefault(service, List.of());
    }

    /** One request's spans, and what finds it. */
    public record Sample(String traceId, String requestId, String orderId, ExportTraceServiceRequest spans) {}

    Sample next(long startNanos) {
        return new Request(startNanos).sample();
    }

    private ByteString id(int bytes) {
        byte[] id = new byte[bytes];
        random.nextBytes(id);
        id[0] |= 1;
        return ByteString.copyFrom(id);
    }

    static String hex(ByteString id) {
        return java.util.HexFormat.of().formatHex(id.toByteArray());
    }

    private final class Request {

        private final ByteString traceId = id(16);
        private final String requestId = hex(id(16));
        private final String orderId = "order-" + random.nextInt(1_000_000);
        private final Map<String, List<Span>> byProxy = new LinkedHashMap<>();
        private final long start;

        Request(long start) {
            this.start = start;
        }

        Sample sample() {
            ByteString root = id(8);
            Hop hop = attempts("gateway", "gateway", "web", root, start + MILLI / 2);
            Span.Builder server = span(root, ByteString.EMPTY, SpanKind.SPAN_KIND_SERVER, start, hop.end + MILLI / 4)
                    .setName("GET /")
                    .addAttributes(text("user_agent.original", "curl/8.5"))
                    .addAttributes(text("client.address", "127.0.0.1"))
                    .addAttributes(header("x-order-id", orderId));
            finish(server, "gateway", "default/shop/0", hop);
            tell("gateway", server);
            ExportTraceServiceRequest.Builder all = ExportTraceServiceRequest.newBuilder();
            byProxy.forEach((proxy, spans) -> all.addResourceSpans(ResourceSpans.newBuilder()
                    .setResource(resource(proxy))
                    .addScopeSpans(ScopeSpans.newBuilder().addAllSpans(spans))));
            return new Sample(hex(traceId), requestId, orderId, all.build());
        }

        private record Hop(long end, int status, String flag, int attempts) {}

        /** The CLIENT spans of a call, with what they cause. */
        private Hop attempts(String proxy, String role, String to, ByteString parent, long from) {
            boolean fails = failing.contains(to);
            int attempt = 1;
            long at = from;
            if (fails || random.nextInt(200) == 0) {
                long end = at + 250 * MILLI;
                tell(proxy, attempt(to, role, parent, id(8), at, new Hop(end, 504, "UT", 1)));
                at = end;
                attempt++;
            }
            ByteString client = id(8);
            long end = inbound(to, client, at + MILLI / 10);
            int status = fails && random.nextInt(3) == 0 ? 503 : 200;
            Hop hop = new Hop(end + MILLI / 10, status, status == 503 ? "UF" : "", attempt);
            tell(proxy, attempt(to, role, parent, client, at, hop));
            return hop;
        }

        private Span.Builder attempt(String to, String role, ByteString parent, ByteString id, long from, Hop hop) {
            Span.Builder client = span(id, parent, SpanKind.SPAN_KIND_CLIENT, from, hop.end)
                    .setName("GET")
                    .addAttributes(number("torii.attempt", hop.attempts))
                    .addAttributes(text("torii.endpoint", "127.0.0.1:9001"))
                    .addAttributes(text("server.address", to));
            return outcome(client, role, "", to, hop);
        }

        /** Its sidecar receives the request, its app calls others through the sidecar's other side. */
        private long inbound(String service, ByteString parent, long from) {
            ByteString server = id(8);
            long at = from + MILLI / 5;
            for (String callee : CALLS.getOrDefault(service, List.of())) {
                ByteString outbound = id(8);
                Hop hop = attempts(service, "outbound", callee, outbound, at + MILLI / 10);
                Span.Builder span = span(outbound, server, SpanKind.SPAN_KIND_SERVER, at, hop.end + MILLI / 10)
                        .setName("GET");
                tell(service, finish(span, "outbound", "default/" + callee + "/0", hop));
                at = hop.end + MILLI / 5;
            }
            long end = at + (1 + random.nextInt(random.nextInt(50) == 0 ? 400 : 6)) * MILLI;
            Span.Builder span =
                    span(server, parent, SpanKind.SPAN_KIND_SERVER, from, end).setName("GET");
            tell(
                    service,
                    outcome(span, "inbound", "default/" + service + "/inbound", service, new Hop(end, 200, "", 1)));
            return end;
        }

        private Span.Builder finish(Span.Builder span, String role, String route, Hop hop) {
            String to = role.equals("gateway") ? "web" : route.split("/")[1];
            return outcome(span, role, route, to, hop).addAttributes(number("torii.attempts", hop.attempts));
        }

        private Span.Builder outcome(Span.Builder span, String role, String route, String to, Hop hop) {
            span.addAttributes(text("torii.role", role))
                    .addAttributes(text("torii.service", "default/" + to))
                    .addAttributes(text("torii.request_id", requestId))
                    .addAttributes(text("torii.snapshot", "5f3a9c21"))
                    .addAttributes(text("http.request.method", "GET"))
                    .addAttributes(text("url.path", to.equals("web") ? "/" : "/" + to))
                    .addAttributes(text("url.scheme", "http"))
                    .addAttributes(text("network.protocol.version", "1.1"))
                    .addAttributes(number("http.response.status_code", hop.status));
            if (!route.isEmpty()) {
                span.addAttributes(text("torii.route", route)).addAttributes(text("http.route", route));
            }
            if (!hop.flag.isEmpty()) {
                span.addAttributes(text("torii.flags", hop.flag))
                        .addAttributes(text("torii.reason", hop.flag.equals("UT") ? "per_try_timeout" : "refused"))
                        .addAttributes(text("error.type", Integer.toString(hop.status)));
            }
            return hop.status >= 500 ? span.setStatus(Status.newBuilder().setCode(StatusCode.STATUS_CODE_ERROR)) : span;
        }

        private Span.Builder span(ByteString id, ByteString parent, SpanKind kind, long from, long to) {
            return Span.newBuilder()
                    .setTraceId(traceId)
                    .setSpanId(id)
                    .setParentSpanId(parent)
                    .setKind(kind)
                    .setStartTimeUnixNano(from)
                    .setEndTimeUnixNano(to);
        }

        private void tell(String proxy, Span.Builder span) {
            byProxy.computeIfAbsent(proxy, name -> new ArrayList<>()).add(span.build());
        }
    }

    private static Resource resource(String proxy) {
        boolean gateway = proxy.equals("gateway");
        return Resource.newBuilder()
                .addAttributes(text("service.name", gateway ? "torii-gateway" : proxy))
                .addAttributes(text("service.namespace", gateway ? "" : "default"))
                .addAttributes(text("torii.role", gateway ? "gateway" : "sidecar"))
                .build();
    }

    static KeyValue text(String name, String value) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    private static KeyValue number(String name, long value) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setValue(AnyValue.newBuilder().setIntValue(value))
                .build();
    }

    private static KeyValue header(String name, String value) {
        ArrayValue list = ArrayValue.newBuilder()
                .addValues(AnyValue.newBuilder().setStringValue(value))
                .build();
        return KeyValue.newBuilder()
                .setKey("http.request.header." + name)
                .setValue(AnyValue.newBuilder().setArrayValue(list))
                .build();
    }
}
