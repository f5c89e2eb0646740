package dev.torii.proxy.http;

import dev.torii.proxy.HeaderList;
import dev.torii.routing.ListenerSettings;
import io.netty.util.AsciiString;

/**
 * Rebuilds who the client is. With N trusted hops the N rightmost entries of {@code x-forwarded-for} were written by
 * proxies of ours and are believed; all to the left of them anybody may have written, and is dropped. So a backend that
 * reads the first entry always reads an address that one of ours has seen (RFC 7239 for {@code forwarded}).
 */
final class Forwarded {

    private static final AsciiString PREFIX = AsciiString.cached("x-forwarded-");
    private static final AsciiString FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString PROTO = AsciiString.cached("x-forwarded-proto");
    private static final AsciiString HOST = AsciiString.cached("x-forwarded-host");
    private static final AsciiString FORWARDED = AsciiString.cached("forwarded");

    private Forwarded() {}

    /** Writes the four headers, takes out others of their family from strangers, and answers the client's address. */
    static String rebuild(RequestHead head, ClientConnection peer, ListenerSettings settings, HeaderList out) {
        String trusted = settings.trustedHops() > 0 ? rightmost(head.forwardedFor, settings.trustedHops()) : "";
        String client = trusted.isEmpty() ? peer.address() : first(trusted);
        boolean believe = settings.trustedHops() > 0;
        if (!believe && head.forwardedMore) {
            out.removeIf(Forwarded::isForwarded);
        }
        String proto = believe && isScheme(head.forwardedProto) ? head.forwardedProto : head.scheme;
        String host = believe && Characters.isAuthority(head.forwardedHost) ? head.forwardedHost : head.authority;
        out.add(FOR, trusted.isEmpty() ? peer.address() : trusted + ", " + peer.address());
        out.add(PROTO, proto);
        out.add(HOST, host);
        out.add(FORWARDED, "for=" + quoted(client) + ";host=\"" + host + "\";proto=" + proto);
        return client;
    }

    /** Passes on what the app says: what a sidecar knows of the client, the app knows better. */
    static void keep(RequestHead head, HeaderList out) {
        keep(FOR, head.forwardedFor, out);
        keep(PROTO, head.forwardedProto, out);
        keep(HOST, head.forwardedHost, out);
        keep(FORWARDED, head.forwarded, out);
    }

    private static void keep(AsciiString name, String value, HeaderList out) {
        if (!value.isEmpty()) {
            out.add(name, value);
        }
    }

    /** Whether the name begins with {@code x-forwarded-}. */
    static boolean isForwarded(CharSequence name) {
        return name.length() > PREFIX.length() && AsciiString.regionMatches(PREFIX, true, 0, name, 0, PREFIX.length());
    }

    /** The last {@code hops} entries that look like addresses, joined; {@code ""} when there are none. */
    private static String rightmost(String list, int hops) {
        StringBuilder out = new StringBuilder();
        int end = list.length();
        for (int n = 0; n < hops && end > 0; n++) {
            int comma = list.lastIndexOf(',', end - 1);
            String entry = list.substring(comma + 1, end).trim();
            if (entry.isEmpty() || !isAddress(entry)) {
                break;
            }
            out.insert(0, n == 0 ? entry : entry + ", ");
            end = comma;
        }
        return out.toString();
    }

    private static String first(String list) {
        int comma = list.indexOf(',');
        return comma < 0 ? list : list.substring(0, comma);
    }

    private static boolean isAddress(String entry) {
        for (int i = 0; i < entry.length(); i++) {
            char c = entry.charAt(i);
            if (Character.digit(c, 16) < 0 && c != '.' && c != ':' && c != '[' && c != ']') {
                return false;
            }
        }
        return true;
    }

    private static boolean isScheme(String text) {
        return text.equals("http") || text.equals("https");
    }

    /** RFC 7239, 6: an IPv6 address stands in brackets and quotes. */
    private static String quoted(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        return address.startsWith("[") ? "\"" + address + "\"" : "\"[" + address + "]\"";
    }
}
