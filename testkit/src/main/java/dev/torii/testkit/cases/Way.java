package dev.torii.testkit.cases;

/** How requests get to what is under test. */
public enum Way {
    /** Straight to a gateway. */
    DIRECT,
    /** To a sidecar as an HTTP proxy, as with {@code HTTP_PROXY}: absolute-form; in a tunnel where Host says otherwise. */
    PROXY,
    /** Through a sidecar in a tunnel (CONNECT), which it treats as it does a captured connection. */
    TUNNEL;

    /** Absolute-form has no way to tell a Host that is not where it connects to. */
    boolean isTunnel(Exchange exchange) {
        return this == TUNNEL
                || (this == PROXY
                        && !exchange.authority().equals(exchange.target().authority()));
    }
}
