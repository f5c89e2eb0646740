package dev.torii.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/**
 * A backend connection after {@code 101 Switching Protocols}. Reading is off until the callee turns it on.
 *
 * @param channel without any HTTP handler
 * @param early bytes that came right behind the head, to be passed on first; the callee releases them
 */
public record UpgradedConnection(Channel channel, ByteBuf early) {}
