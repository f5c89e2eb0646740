package dev.torii.sidecar.capture;

/** IPv4 or IPv6: each has its own programs, tables and loopback. */
public enum Family {
    /** All of 127.0.0.0/8 is the loopback device's, so the inbound source needs no setting up. */
    IPV4("IPv4", "iptables", "127.0.0.0/8", "127.0.0.6/32"),
    /** Only ::1 is the loopback device's; {@link Capture#up} adds ::6 to it. */
    IPV6("IPv6", "ip6tables", "::1/128", "::6/128");

    private final String title;
    private final String program;
    private final String loopback;
    private final String inboundSource;

    Family(String title, String program, String loopback, String inboundSource) {
        this.title = title;
        this.program = program;
        this.loopback = loopback;
        this.inboundSource = inboundSource;
    }

    /** What people call it. */
    String title() {
        return title;
    }

    /** How the names of its programs begin. */
    String program() {
        return program;
    }

    /** The addresses that never leave the pod and belong to no network. */
    String loopback() {
        return loopback;
    }

    /** Where the sidecar connects from when it hands an inbound connection to the app. */
    String inboundSource() {
        return inboundSource;
    }
}
