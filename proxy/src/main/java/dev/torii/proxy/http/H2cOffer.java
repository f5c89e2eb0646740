package dev.torii.proxy.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import io.vertx.core.http.impl.HttpUtils;
import java.util.List;

/**
 * Looks at the first request of an HTTP/1 connection, before Vert.x does: an offer to go on in HTTP/2 that is incomplete,
 * or comes with a body, is ignored as RFC 9110, 7.8 allows, where Vert.x would answer by itself or take the body past
 * flow control. An offer on a later request is ignored too: {@link RequestReader} takes it out.
 */
final class H2cOffer extends ChannelInboundHandlerAdapter {

    private static final AsciiString H2C = AsciiString.cached("h2c");
    private static final AsciiString SETTINGS = AsciiString.cached("http2-settings");

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            HttpHeaders headers = request.headers();
            if (headers.contains(HttpHeaderNames.UPGRADE, H2C, true) && !isAcceptable(request)) {
                headers.remove(HttpHeaderNames.UPGRADE);
            }
            ctx.pipeline().remove(this);
        }
        ctx.fireChannelRead(message);
    }

    private static boolean isAcceptable(HttpRequest request) {
        HttpHeaders headers = request.headers();
        List<String> settings = headers.getAll(SETTINGS);
        return request.decoderResult().isSuccess()
                && headers.getAll(HttpHeaderNames.HOST).size() == 1
                && headers.getAll(HttpHeaderNames.CONNECTION).size() == 1
                && names(headers.get(HttpHeaderNames.CONNECTION))
                && settings.size() == 1
                && HttpUtils.decodeSettings(settings.get(0)) != null
                && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                && headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0");
    }

    private static boolean names(String connection) {
        boolean upgrade = false;
        boolean settings = false;
        for (String option : connection.split(",")) {
            upgrade |= option.trim().equalsIgnoreCase("upgrade");
            settings |= SETTINGS.contentEqualsIgnoreCase(option.trim());
        }
        return upgrade && settings;
    }
}
