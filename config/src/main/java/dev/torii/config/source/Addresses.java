package dev.torii.config.source;

import com.google.re2j.Pattern;
import dev.torii.routing.Endpoint;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads addresses without ever asking a name server. */
final class Addresses {

    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile("(" + BYTE + "\\.){3}" + BYTE);
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*(:" + IPV4 + ")?(%[0-9A-Za-z_.-]+)?");

    private Addresses() {}

    /** {@code host:port}, an IPv6 host in brackets; null when it is not one. */
    static @Nullable Endpoint endpoint(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0 || text.length() - colon > 6) {
            return null;
        }
        String host = text.substring(0, colon);
        String port = text.substring(colon + 1);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        boolean good = bracketed ? isIpv6(host) : isHost(host);
        int number = port.chars().allMatch(c -> c >= '0' && c <= '9') && !port.isEmpty() ? Integer.parseInt(port) : 0;
        return good && number > 0 && number <= 65535 ? new Endpoint(host, number) : null;
    }

    /** Whether an address is of an EndpointSlice's {@code addressType}. */
    static boolean isOfType(String type, String address) {
        return switch (type) {
            case "IPv4" -> IPV4.matches(address);
            case "IPv6" -> isIpv6(address);
            default -> Syntax.PRECISE_HOSTNAME.problem(address) == null;
        };
    }

    static boolean isIp(String address) {
        return IPV4.matches(address) || isIpv6(address);
    }

    private static boolean isHost(String host) {
        return IPV4.matches(host) || Syntax.PRECISE_HOSTNAME.problem(host.toLowerCase(Locale.ROOT)) == null;
    }

    private static boolean isIpv6(String address) {
        if (!IPV6.matches(address) || address.contains(":::")) {
            return false;
        }
        int zone = address.indexOf('%');
        String plain = zone < 0 ? address : address.substring(0, zone);
        int shortened = plain.indexOf("::");
        if (shortened >= 0 && plain.indexOf("::", shortened + 1) >= 0) {
            return false;
        }
        int groups = plain.contains(".") ? 1 : 0;
        for (String group : plain.split(":", -1)) {
            groups += group.isEmpty() ? 0 : 1;
            if (group.length() > 4 && group.indexOf('.') < 0) {
                return false;
            }
        }
        return shortened >= 0 ? groups < 8 : groups == 8 && !plain.startsWith(":") && !plain.endsWith(":");
    }
}
