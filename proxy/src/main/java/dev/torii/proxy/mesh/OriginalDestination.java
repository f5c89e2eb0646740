package dev.torii.proxy.mesh;

import dev.torii.routing.Endpoint;
import dev.torii.routing.IpText;
import io.netty.channel.Channel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection was going before the kernel redirected it here: {@code SO_ORIGINAL_DST} of netfilter (Linux,
 * {@code linux/netfilter_ipv4.h} and {@code netfilter_ipv6/ip6_tables.h}). To be read once, at accept. Needs Netty's native
 * transport; without it, and for connections that were not redirected, there is none.
 */
final class OriginalDestination {

    private static final int SOL_IP = 0;
    private static final int SOL_IPV6 = 41;
    private static final int SO_ORIGINAL_DST = 80;
    private static final int SIZE_IPV4 = 16;
    private static final int SIZE_IPV6 = 28;
    private static final int PORT_AT = 2;
    private static final int IPV4_AT = 4;
    private static final int IPV6_AT = 8;

    private static final RawUnixChannelOption IPV4 =
            new RawUnixChannelOption("SO_ORIGINAL_DST", SOL_IP, SO_ORIGINAL_DST, SIZE_IPV4);
    private static final RawUnixChannelOption IPV6 =
            new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", SOL_IPV6, SO_ORIGINAL_DST, SIZE_IPV6);

    private OriginalDestination() {}

    /** The destination, its address in canonical form, or null when the connection was made to this socket itself. */
    static @Nullable Endpoint of(Channel channel) {
        if (!(channel.localAddress() instanceof InetSocketAddress local)) {
            return null;
        }
        Endpoint original = read(channel, IPV4, IPV4_AT, 4);
        if (original == null) {
            original = read(channel, IPV6, IPV6_AT, 16);
        }
        Endpoint self = new Endpoint(IpText.canonical(local.getAddress().getHostAddress()), local.getPort());
        return self.equals(original) ? null : original;
    }

    private static @Nullable Endpoint read(Channel channel, RawUnixChannelOption option, int at, int length) {
        try {
            ByteBuffer raw = channel.config().getOption(option);
            if (raw == null) {
                return null;
            }
            byte[] address = new byte[length];
            for (int i = 0; i < length; i++) {
                address[i] = raw.get(at + i);
            }
            int port = (raw.get(PORT_AT) & 0xff) << 8 | raw.get(PORT_AT + 1) & 0xff;
            return new Endpoint(
                    IpText.canonical(InetAddress.getByAddress(address).getHostAddress()), port);
        } catch (UnknownHostException | RuntimeException notRedirected) {
            return null; // ENOENT, ENOPROTOOPT: netfilter knows nothing of this connection
        }
    }
}
