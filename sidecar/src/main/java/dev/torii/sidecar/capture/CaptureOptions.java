package dev.torii.sidecar.capture;

/**
 * What is captured, and for whom. What is excluded stays so even where it is included as well.
 *
 * @param inboundPort where the sidecar takes what others send to the pod
 * @param outboundPort where it takes what the pod sends to others
 * @param adminPort the sidecar's own, never captured on the way in
 * @param uid the sidecar's user, whose connections are left alone
 * @param gid the sidecar's group, likewise, so that either of the two is enough
 * @param tcpDns whether DNS over TCP (port 53) is captured as well
 * @param inbound ports of the pod that are captured
 * @param outbound what is captured on the way out
 */
public record CaptureOptions(
        int inboundPort,
        int outboundPort,
        int adminPort,
        long uid,
        long gid,
        boolean tcpDns,
        Inbound inbound,
        Outbound outbound) {

    /** The largest user or group id; the next one means "none" to the kernel. */
    private static final long MAX_ID = 0xFFFF_FFFEL;

    /** Throws IllegalArgumentException, with a line for the user, on a port or an id that cannot be. */
    public CaptureOptions {
        port("inbound port", inboundPort);
        port("outbound port", outboundPort);
        port("admin port", adminPort);
        if (inboundPort == outboundPort || inboundPort == adminPort || outboundPort == adminPort) {
            throw new IllegalArgumentException("the inbound, outbound and admin port must be three different ones, not "
                    + inboundPort + ", " + outboundPort + " and " + adminPort);
        }
        if (uid == 0 || gid == 0) {
            throw new IllegalArgumentException("the sidecar must have a user and a group of its own (1-" + MAX_ID
                    + "): whatever root sends would be left alone");
        }
        id("user", uid);
        id("group", gid);
    }

    /** Which ports of the pod: those of {@code only} that are not in {@code except}. */
    public record Inbound(Subset<PortRange> only, Subset<PortRange> except) {}

    /**
     * Which connections of the pod: to a port of {@code onlyPorts} at an address of {@code onlyAddresses}, by nobody and to
     * nothing excepted.
     */
    public record Outbound(
            Subset<PortRange> onlyPorts,
            Subset<PortRange> exceptPorts,
            Subset<Cidr> onlyAddresses,
            Subset<Cidr> exceptAddresses,
            Subset<Long> exceptUids,
            Subset<Long> exceptGids) {}

    /** Reads the number of a user or a group; throws IllegalArgumentException, with a line for the user. */
    public static Long parseId(String text) {
        boolean plain = !text.isEmpty() && text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!plain || Long.parseLong(text) > MAX_ID) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not the number of a user or group (0-" + MAX_ID + ")");
        }
        return Long.valueOf(text);
    }

    private static void port(String which, int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("the " + which + " is 1-65535, not " + port);
        }
    }

    private static void id(String which, long id) {
        if (id < 0 || id > MAX_ID) {
            throw new IllegalArgumentException("a " + which + "'s number is 0-" + MAX_ID + ", not " + id);
        }
    }
}
