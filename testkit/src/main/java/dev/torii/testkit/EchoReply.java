package dev.torii.testkit;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What {@link EchoBackend} answers: {@code path} (raw, with the query), {@code host}, {@code method}, {@code proto},
 * {@code headers} (name in the spelling received to a list of values), {@code namespace}, {@code service}, {@code pod},
 * {@code bodyBytes} and, over TLS, {@code tls} with {@code version}, {@code serverName}, {@code negotiatedProtocol},
 * {@code cipherSuite} and {@code peerCertificates} (PEM).
 */
final class EchoReply {

    private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private EchoReply() {}

    static SeenRequest seen(HttpServerRequest request) {
        return new SeenRequest(
                request.method().name(),
                request.uri(),
                host(request),
                proto(request),
                headers(request),
                serverName(request));
    }

    static JsonObject body(HttpServerRequest request, Pod pod, long bodyBytes) {
        JsonObject json = new JsonObject()
                .put("path", request.uri())
                .put("host", host(request))
                .put("method", request.method().name())
                .put("proto", proto(request))
                .put("headers", grouped(headers(request)))
                .put("namespace", pod.namespace())
                .put("service", pod.service())
                .put("pod", pod.name())
                .put("bodyBytes", bodyBytes);
        if (request.isSSL()) {
            json.put("tls", tls(request));
        }
        return json;
    }

    /** Obeys {@code n:v,n2:v2}; a name given twice is added twice. */
    static void setHeaders(HttpServerResponse response, List<String> instructions) {
        for (String instruction : instructions) {
            for (String pair : instruction.split(",")) {
                int colon = pair.indexOf(':');
                if (colon > 0) {
                    String name = pair.substring(0, colon).trim();
                    response.headers().add(name, pair.substring(colon + 1).trim());
                }
            }
        }
    }

    static JsonObject grouped(List<Map.Entry<String, String>> headers) {
        Map<String, JsonArray> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach(
                h -> byName.computeIfAbsent(h.getKey(), n -> new JsonArray()).add(h.getValue()));
        JsonObject json = new JsonObject();
        byName.forEach(json::put);
        return json;
    }

    private static JsonObject tls(HttpServerRequest request) {
        SSLSession session = request.connection().sslSession();
        String alpn = request.version() == io.vertx.core.http.HttpVersion.HTTP_2 ? "h2" : "http/1.1";
        return new JsonObject()
                .put("version", session.getProtocol())
                .put("serverName", serverName(request))
                .put("negotiatedProtocol", alpn)
                .put("cipherSuite", session.getCipherSuite())
                .put("peerCertificates", peerCertificates(session));
    }

    private static JsonArray peerCertificates(SSLSession session) {
        JsonArray pems = new JsonArray();
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                pems.add(pem(certificate));
            }
        } catch (SSLPeerUnverifiedException none) {
            return pems;
        }
        return pems;
    }

    private static String pem(Certificate certificate) {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + PEM.encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Map.Entry<String, String>> headers(HttpServerRequest request) {
        return request.headers().entries().stream()
                .filter(h -> !h.getKey().startsWith(":"))
                .map(h -> Map.entry(h.getKey(), h.getValue()))
                .toList();
    }

    /** As sent, with its port: {@code authority()} would parse and lose the spelling. */
    private static String host(HttpServerRequest request) {
        String host = request.getHeader("host");
        if (host != null) {
            return host;
        }
        return request.authority() == null ? "" : request.authority().toString();
    }

    private static String proto(HttpServerRequest request) {
        return switch (request.version()) {
            case HTTP_1_0 -> "HTTP/1.0";
            case HTTP_1_1 -> "HTTP/1.1";
            case HTTP_2 -> "HTTP/2.0";
            default -> request.version().name().toUpperCase(Locale.ROOT);
        };
    }

    private static String serverName(HttpServerRequest request) {
        @Nullable String name = request.isSSL() ? request.connection().indicatedServerName() : null;
        return name == null ? "" : name;
    }
}
