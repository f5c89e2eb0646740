package dev.torii.sidecar.capture;

/** Which of the kernel's two packet filters iptables speaks to. Rules in both of one namespace do not see each other. */
public enum Backend {
    /** The one that the namespace uses already, else the one that {@code iptables} itself is. */
    AUTO,
    /** The newer, nf_tables. */
    NFT,
    /** The older, ip_tables. */
    LEGACY
}
