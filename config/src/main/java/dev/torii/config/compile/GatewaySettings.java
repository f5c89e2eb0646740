package dev.torii.config.compile;

import dev.torii.config.resource.Gateway;
import dev.torii.routing.ListenerSettings;
import java.util.List;

/** What a Gateway's annotations say of all its listeners. */
final class GatewaySettings {

    private static final String TRUSTED_HOPS = "torii.dev/trusted-hops";
    private static final String KEEP_REQUEST_ID = "torii.dev/keep-request-id";
    private static final String ALLOW_CONNECT = "torii.dev/allow-connect";
    private static final String MAX_URI_BYTES = "torii.dev/max-uri-bytes";
    private static final String MAX_HEADER_BYTES = "torii.dev/max-header-bytes";
    private static final String MAX_HEADERS = "torii.dev/max-headers";
    private static final String HEADER_TIMEOUT = "torii.dev/header-timeout";
    private static final String IDLE_TIMEOUT = "torii.dev/idle-timeout";
    private static final String HANDSHAKE_TIMEOUT = "torii.dev/tls-handshake-timeout";

    static final List<String> ANNOTATIONS = List.of(
            TRUSTED_HOPS,
            KEEP_REQUEST_ID,
            ALLOW_CONNECT,
            MAX_URI_BYTES,
            MAX_HEADER_BYTES,
            MAX_HEADERS,
            Annotations.MAX_BODY_BYTES,
            HEADER_TIMEOUT,
            IDLE_TIMEOUT,
            HANDSHAKE_TIMEOUT);

    /** A request line and a header block are held in memory, so neither may be without bound. */
    private static final int MIB = 1024 * 1024;

    private GatewaySettings() {}

    static ListenerSettings of(Gateway gateway, Findings findings) {
        Annotations annotations = new Annotations(gateway, findings);
        ListenerSettings usual = ListenerSettings.DEFAULT;
        return new ListenerSettings(
                annotations.integer(TRUSTED_HOPS, 0, 100, usual.trustedHops()),
                annotations.flag(KEEP_REQUEST_ID),
                annotations.flag(ALLOW_CONNECT),
                annotations.integer(MAX_URI_BYTES, 128, MIB, usual.maxUriBytes()),
                annotations.integer(MAX_HEADER_BYTES, 1024, MIB, usual.maxHeaderBytes()),
                annotations.integer(MAX_HEADERS, 1, 10_000, usual.maxHeaders()),
                annotations.number(Annotations.MAX_BODY_BYTES, 0, Long.MAX_VALUE, usual.maxBodyBytes()),
                annotations.millis(HEADER_TIMEOUT, usual.headerTimeoutMs()),
                annotations.millis(IDLE_TIMEOUT, usual.idleTimeoutMs()),
                annotations.millis(HANDSHAKE_TIMEOUT, usual.handshakeTimeoutMs()));
    }
}
