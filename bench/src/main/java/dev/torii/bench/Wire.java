package dev.torii.bench;

import java.util.Locale;

/** What the client speaks to the proxy; the backend always hears HTTP/1.1 in clear. */
enum Wire {
    H1("HTTP/1.1", false, false),
    H1_TLS("HTTP/1.1 over TLS", false, true),
    H2C("HTTP/2 in clear", true, false),
    H2_TLS("HTTP/2 over TLS", true, true);

    private final String label;
    private final boolean http2;
    private final boolean tls;

    Wire(String label, boolean http2, boolean tls) {
        this.label = label;
        this.http2 = http2;
        this.tls = tls;
    }

    String label() {
        return label;
    }

    boolean http2() {
        return http2;
    }

    boolean tls() {
        return tls;
    }

    /** As on the command line: {@code h1}, {@code h1-tls}, {@code h2c}, {@code h2-tls}. */
    String option() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Where a proxy takes this kind of client. */
    int port(Ports ports) {
        return tls ? ports.tls() : http2 ? ports.h2c() : ports.clear();
    }
}
