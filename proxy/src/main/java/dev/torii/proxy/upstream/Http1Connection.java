package dev.torii.proxy.upstream;

import dev.torii.proxy.Fault;
import dev.torii.proxy.HeaderList;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to a backend, carrying one request at a time.
 *
 * <p>Why not Vert.x' own client: a proxy needs what a client library hides, namely whether a request has left, whether a
 * connection died while idle, the raw bytes after an upgrade, and request heads written straight from the lines that came
 * in. Netty's response decoder does the parsing.
 */
final class Http1Connection extends ChannelInboundHandlerAdapter implements UpstreamStream {

    private static final Logger LOG = System.getLogger(Http1Connection.class.getName());
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final HttpDecoderConfig DECODER = new HttpDecoderConfig()
            .setMaxInitialLineLength(8 * 1024)
            .setMaxHeaderSize(256 * 1024)
            .setMaxChunkSize(64 * 1024);

    private final EndpointState owner;
    private final Channel channel;
    private final int way;
    private final Decoder decoder = new Decoder();
    private @Nullable UpstreamEvents events;
    private boolean head;
    private boolean chunked;
    private boolean upgradeWanted;
    private boolean requestEnded;
    private boolean heard;
    private boolean responseStarted;
    private boolean keepAlive;
    private boolean interim;
    /** The answer is complete, and what was readable with it is not yet read. */
    private boolean answered;

    private @Nullable HttpHeaders upgraded;
    private @Nullable CompositeByteBuf early;
    private int served;
    private long idleSince;

    private Http1Connection(EndpointState owner, Channel channel, int way) {
        this.owner = owner;
        this.channel = channel;
        this.way = way;
    }

    /** Takes over a connected channel whose handlers, other than TLS, are gone. */
    static Http1Connection install(EndpointState owner, Channel channel, int way) {
        Http1Connection connection = new Http1Connection(owner, channel, way);
        channel.pipeline().addLast("decoder", connection.decoder).addLast("upstream", connection);
        return connection;
    }

    /** Gives the connection to a request. */
    void lend(UpstreamEvents to) {
        events = to;
        requestEnded = false;
        heard = false;
        responseStarted = false;
        interim = false;
        answered = false;
        to.onReady(this);
    }

    /** Which protocol and TLS settings it was made with. */
    int way() {
        return way;
    }

    boolean isUsable() {
        return channel.isActive();
    }

    /** When it was put back, by {@link System#nanoTime()}. */
    long idleSince() {
        return idleSince;
    }

    void close() {
        channel.close();
    }

    @Override
    public void sendHead(UpstreamRequest request) {
        head = request.method().equals("HEAD");
        chunked = request.chunked();
        upgradeWanted = !request.upgrade().isEmpty();
        requestEnded = request.bodyless();
        channel.writeAndFlush(Http1Head.encode(channel.alloc(), request), channel.voidPromise());
    }

    @Override
    public void write(ByteBuf piece) {
        if (!piece.isReadable()) {
            piece.release();
            return;
        }
        if (chunked) {
            channel.write(Http1Head.chunkStart(channel.alloc(), piece.readableBytes()), channel.voidPromise());
            channel.write(piece, channel.voidPromise());
            channel.writeAndFlush(Http1Head.chunkEnd(), channel.voidPromise());
        } else {
            channel.writeAndFlush(piece, channel.voidPromise());
        }
    }

    @Override
    public void end(@Nullable HeaderList trailers) {
        requestEnded = true;
        if (chunked) {
            channel.writeAndFlush(Http1Head.lastChunk(channel.alloc(), trailers), channel.voidPromise());
        }
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void pause() {
        channel.config().setAutoRead(false);
    }

    @Override
    public void resume() {
        channel.config().setAutoRead(true);
    }

    @Override
    public void cancel() {
        events = null;
        channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        UpstreamEvents to = events;
        if (upgraded != null && message instanceof ByteBuf bytes) {
            early = (early == null ? ctx.alloc().compositeBuffer() : early).addComponent(true, bytes);
        } else if (to == null) {
            // Nobody asked: an answer out of turn would be given to the next request, so the connection is done for.
            ReferenceCountUtil.release(message);
            spoil();
        } else if (message instanceof HttpResponse response) {
            onResponse(to, response);
        } else if (message instanceof HttpContent content) {
            onContent(to, content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void onResponse(UpstreamEvents to, HttpResponse response) {
        int status = response.status().code();
        if (response.decoderResult().isFailure() || !hasOneReading(response, status)) {
            fail(to, Fault.UPE, "malformed_response");
            return;
        }
        interim = status < 200 && status != 101;
        if (interim) {
            to.onInterim(status, response.headers());
            return;
        }
        if (status == 101) {
            if (upgradeWanted) {
                upgraded = response.headers();
            } else {
                fail(to, Fault.UPE, "unexpected_upgrade");
            }
            return;
        }
        responseStarted = true;
        keepAlive = HttpUtil.isKeepAlive(response);
        if (served++ == 0) {
            owner.learnKeepAlive(response.headers().get(KEEP_ALIVE));
        }
        to.onHead(status, response.headers(), head || status == 204 || status == 304);
    }

    /** Netty has looked at the lengths; a coding that we did not ask for would have to be undone (RFC 9112, 6.3). */
    private static boolean hasOneReading(HttpResponse response, int status) {
        String coding = response.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
        return status >= 100
                && status <= 999
                && response.protocolVersion().majorVersion() == 1
                && (coding == null || HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding));
    }

    private void onContent(UpstreamEvents to, HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (interim || upgraded != null) {
            content.release();
            interim = interim && !last;
            if (upgraded != null && last) {
                channel.config().setAutoRead(false);
                channel.pipeline().remove("decoder");
            }
            return;
        }
        if (content.decoderResult().isFailure()) {
            content.release();
            fail(to, Fault.UPE, "malformed_body");
            return;
        }
        HttpHeaders trailers = last ? ((LastHttpContent) content).trailingHeaders() : null;
        boolean plainEnd = trailers != null && trailers.isEmpty();
        if (content.content().isReadable()) {
            to.onData(content.content(), plainEnd);
            if (last && !plainEnd && events == to) {
                to.onEnd(trailers);
            }
        } else {
            content.release();
            if (last) {
                to.onEnd(plainEnd ? null : trailers);
            }
        }
        // The callee may have cancelled meanwhile; then the connection is no longer ours to give back.
        if (last && events == to) {
            events = null;
            answered = true;
        }
    }

    /** Only when nothing came behind the answer: else the next request would be given it. */
    private void giveBack() {
        answered = false;
        if (!keepAlive || !requestEnded || !channel.isActive() || decoder.hasMore()) {
            channel.close();
            return;
        }
        if (!channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
        idleSince = System.nanoTime();
        owner.putBack(this);
    }

    /** Closes a connection on which something came that nobody asked for. */
    private void spoil() {
        answered = false;
        owner.forgetIdle(this);
        channel.close();
    }

    private void fail(UpstreamEvents to, Fault fault, String detail) {
        events = null;
        channel.close();
        to.onFailure(fault, detail, false, false);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        UpstreamEvents to = events;
        if (answered) {
            giveBack();
            return;
        }
        if (to == null) {
            if (decoder.hasMore()) {
                spoil();
            }
            return;
        }
        if (upgraded != null) {
            HttpHeaders headers = upgraded;
            ByteBuf first = early == null ? Unpooled.EMPTY_BUFFER : early;
            events = null;
            owner.closed(this, false);
            channel.pipeline().remove(this);
            to.onUpgrade(headers, new UpgradedConnection(channel, first));
        } else {
            to.onReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        UpstreamEvents to = events;
        if (to != null && channel.isWritable()) {
            to.onWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        UpstreamEvents to = events;
        events = null;
        boolean idle = to == null;
        owner.closed(this, idle);
        if (to != null) {
            to.onFailure(Fault.UC, responseStarted ? "closed_midway" : "closed_before_answer", false, !heard);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset by the peer, or a broken TLS record: the close that follows tells whoever waits. Else it is our own
        // bug.
        if (!(cause instanceof IOException || cause instanceof DecoderException)) {
            LOG.log(Level.ERROR, "backend " + owner.name(), cause);
        }
        channel.close();
    }

    /** Knows that an answer to HEAD has no body whatever its Content-Length says. */
    private final class Decoder extends HttpResponseDecoder {

        Decoder() {
            super(DECODER);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
            heard = true;
            super.channelRead(ctx, message);
        }

        /** Whether there are bytes that make no message yet. */
        boolean hasMore() {
            return actualReadableBytes() > 0;
        }

        @Override
        protected boolean isContentAlwaysEmpty(HttpMessage message) {
            return (head && ((HttpResponse) message).status().code() >= 200) || super.isContentAlwaysEmpty(message);
        }
    }
}
