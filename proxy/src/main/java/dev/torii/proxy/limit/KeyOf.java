package dev.torii.proxy.limit;

import dev.torii.proxy.upstream.Hashing;
import dev.torii.routing.HashKey;
import io.netty.util.NetUtil;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Takes a limit's key from a request. */
final class KeyOf {

    private static final int NETWORK_BYTES = 8;
    private static final int MAPPED_AT = 12;

    private KeyOf() {}

    /**
     * {@code ""} where the limit has one bucket for all, and for requests that lack what it asks for: these share one.
     */
    static String key(@Nullable HashKey by, Asker asker) {
        if (by == null) {
            return "";
        }
        String value = switch (by.source()) {
            case HEADER -> asker.request().header(by.name());
            case COOKIE -> asker.cookie(by.name());
            case CLIENT_ADDRESS -> network(asker.clientAddress());
        };
        return value == null ? "" : bounded(value);
    }

    private static String bounded(String value) {
        return value.length() <= Buckets.MAX_KEY
                ? value
                : "#" + Long.toHexString(Hashing.hash(value)) + ":" + value.length();
    }

    /**
     * Of an IPv6 address its /64, of which one subscriber has all addresses; an IPv4 address, and what is neither, as
     * it is.
     */
    static String network(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(withoutPort(address));
        if (bytes == null) {
            return address;
        }
        if (bytes.length <= NETWORK_BYTES) {
            return NetUtil.bytesToIpAddress(bytes);
        }
        return isMapped(bytes)
                ? NetUtil.bytesToIpAddress(bytes, MAPPED_AT, 4)
                : HexFormat.of().formatHex(bytes, 0, NETWORK_BYTES) + "/64";
    }

    /** Some proxies write {@code [::1]:80} and {@code 10.0.0.1:80}. */
    private static String withoutPort(String address) {
        int bracket = address.indexOf(']');
        if (address.startsWith("[") && bracket > 0) {
            return address.substring(1, bracket);
        }
        int colon = address.indexOf(':');
        return address.indexOf('.') >= 0 && colon == address.lastIndexOf(':') ? address.substring(0, colon) : address;
    }

    private static boolean isMapped(byte[] bytes) {
        for (int i = 0; i < MAPPED_AT - 2; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[MAPPED_AT - 2] == -1 && bytes[MAPPED_AT - 1] == -1;
    }
}
