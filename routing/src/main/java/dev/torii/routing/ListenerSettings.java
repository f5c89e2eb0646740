package dev.torii.routing;

/**
 * How far a listener trusts its clients and what it allows them. Times are milliseconds, sizes bytes; a time of 0 is
 * "no limit".
 *
 * @param trustedHops how many proxies in front of this one are ours: that many rightmost entries of
 *     {@code x-forwarded-for} are believed, the rest is dropped; 0 believes nothing
 * @param keepRequestId whether a client's {@code x-request-id} is kept
 * @param allowConnect whether CONNECT is routed; refused with 405 otherwise
 * @param maxUriBytes longer request targets get 414
 * @param maxHeaderBytes more bytes of header lines get 431
 * @param maxHeaders more header lines get 431
 * @param maxBodyBytes longer request bodies get 413; 0 is unlimited
 * @param headerTimeoutMs from the first byte of a request to the end of its head; a slower client gets 408
 * @param idleTimeoutMs without a byte in either direction a connection between requests is closed, and a stream within
 *     a request is ended (408 or reset)
 * @param handshakeTimeoutMs for the TLS handshake
 */
public record ListenerSettings(
        int trustedHops,
        boolean keepRequestId,
        boolean allowConnect,
        int maxUriBytes,
        int maxHeaderBytes,
        int maxHeaders,
        long maxBodyBytes,
        long headerTimeoutMs,
        long idleTimeoutMs,
        long handshakeTimeoutMs) {

    /** What a listener gets that configures nothing. */
    public static final ListenerSettings DEFAULT =
            new ListenerSettings(0, false, false, 8 * 1024, 64 * 1024, 128, 0, 10_000, 300_000, 10_000);

    /**
     * What holds in a mesh, where everybody's word is passed on (100 is the most that {@code torii.dev/trusted-hops} can
     * say). Pools of connections rest there for long, and their owners do not expect to lose them on the way.
     */
    public static final ListenerSettings MESH =
            new ListenerSettings(100, true, false, 8 * 1024, 64 * 1024, 128, 0, 10_000, 3_600_000, 10_000);
}
