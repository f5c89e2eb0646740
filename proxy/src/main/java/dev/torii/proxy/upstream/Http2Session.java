package dev.torii.proxy.upstream;

import dev.torii.proxy.HeaderList;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection to a backend with the requests it carries. It may be used once the backend's SETTINGS have come,
 * because only then is it sure that HTTP/2 is spoken, and how many streams are allowed.
 *
 * <p>Why not Vert.x' client: as with {@link Http1Connection} a proxy has to know which streams the backend never looked at
 * (GOAWAY, REFUSED_STREAM), and a malformed answer from a reset; and Vert.x 5.2 leaks a buffer with each GOAWAY.
 */
final class Http2Session extends Http2EventAdapter {

    /** Streams are never numbered anew; a connection that has carried so many is left. */
    private static final int LAST_STREAM = Integer.MAX_VALUE - 1_000;

    private final Http2Pool pool;
    private final int way;
    private final Channel channel;
    private final Http2Codec codec;
    private final Http2Connection connection;
    private final Http2Connection.PropertyKey requestKey;
    private final ArrayDeque<Http2Stream> touched = new ArrayDeque<>();
    private @Nullable ScheduledFuture<?> settling;
    private boolean settled;
    private boolean leaving;
    private boolean broken;
    private int lastHandled = Integer.MAX_VALUE;
    private int streams;
    private boolean ended;
    private long idleSince = System.nanoTime();
    private final PeerWatch watch = new PeerWatch(idleSince);

    private Http2Session(Http2Pool pool, int way, Channel channel) {
        this.pool = pool;
        this.way = way;
        this.channel = channel;
        this.codec = Http2Codec.of(this);
        this.connection = codec.connection();
        this.requestKey = connection.newKey();
        connection.addListener(this);
        codec.encoder().flowController().listener(this::writabilityChanged);
    }

    /**
     * Begins to speak; ends in {@link Http2Pool#opened} or {@link Http2Pool#openFailed}.
     *
     * @param way see {@link EndpointState#way}
     */
    static void open(Http2Pool pool, int way, Channel channel, long limitMs) {
        Http2Session session = new Http2Session(pool, way, channel);
        session.settling = channel.eventLoop().schedule(session::close, limitMs, TimeUnit.MILLISECONDS);
        channel.pipeline().addLast("http2", session.codec);
        if (!channel.isActive()) {
            session.onInactive();
        }
    }

    int way() {
        return way;
    }

    /** Whether it takes no more requests. */
    boolean isLeaving() {
        return leaving;
    }

    /** Whether one more request may be given to it; a stream that is through may be open a moment longer. */
    boolean hasRoom() {
        return settled
                && !leaving
                && streams < connection.local().maxActiveStreams()
                && connection.local().canOpenStream()
                && connection.local().lastStreamCreated() < LAST_STREAM;
    }

    boolean isIdle() {
        return streams == 0;
    }

    /** Since when no request uses it, by {@link System#nanoTime()}. */
    long idleSince() {
        return idleSince;
    }

    void lend(UpstreamEvents to) {
        streams++;
        to.onReady(new Http2Stream(this, to));
    }

    /** A request is through with its stream. */
    void released() {
        streams--;
        idleSince = System.nanoTime();
        if (streams == 0 && leaving) {
            close();
        }
        pool.released();
    }

    /** No more requests; closes when the last one is through. */
    void leave() {
        leaving = true;
        if (streams == 0) {
            close();
        }
    }

    void close() {
        leaving = true;
        channel.close();
    }

    /** Finds out about a backend that is gone without a word; called a few times a second. */
    void check(long now) {
        PeerWatch.Verdict verdict = streams == 0 ? PeerWatch.Verdict.WAIT : watch.look(now);
        if (verdict == PeerWatch.Verdict.PING) {
            codec.encoder().writePing(context(), false, now, context().newPromise());
            channel.flush();
        } else if (verdict == PeerWatch.Verdict.GONE) {
            close();
        }
    }

    ChannelHandlerContext context() {
        return codec.context();
    }

    Http2ConnectionEncoder encoder() {
        return codec.encoder();
    }

    /**
     * Opens a stream with a head and binds it.
     *
     * @return null when none could be opened, and {@link Http2Stream#onUnsent} follows
     */
    io.netty.handler.codec.http2.@Nullable Http2Stream begin(Http2Stream request, Http2Headers head, boolean end) {
        int id = connection.local().incrementAndGetNextStreamId();
        ChannelPromise sent = context().newPromise();
        encoder().writeHeaders(context(), id, head, 0, end, sent);
        io.netty.handler.codec.http2.Http2Stream stream = connection.stream(id);
        if (stream == null) {
            boolean tooLarge = sent.cause() instanceof Http2Exception.HeaderListSizeException;
            leaving |= !tooLarge;
            // Not from within the call: the caller is not ready for an answer yet.
            channel.eventLoop().execute(() -> request.onUnsent(tooLarge));
            return null;
        }
        stream.setProperty(requestKey, request);
        channel.flush();
        return stream;
    }

    void reset(int id, Http2Error error) {
        encoder().writeRstStream(context(), id, error.code(), context().newPromise());
        channel.flush();
    }

    /** Gives back the window that a paused stream had used up. */
    void consumed(io.netty.handler.codec.http2.Http2Stream stream, int bytes) {
        try {
            if (codec.decoder().flowController().consumeBytes(stream, bytes)) {
                channel.flush();
            }
        } catch (Http2Exception tooMuch) {
            throw new IllegalStateException("window of stream " + stream.id(), tooMuch);
        }
    }

    /** Tells the stream when all that is readable has been read. */
    void touch(Http2Stream stream) {
        touched.add(stream);
    }

    void readComplete() {
        for (Http2Stream stream = touched.poll(); stream != null; stream = touched.poll()) {
            stream.onReadComplete();
        }
    }

    /**
     * The connection is beyond help; the codec says so to the backend and closes.
     *
     * @param byPeer whether the backend broke the rules
     */
    void onBroken(boolean byPeer) {
        broken = byPeer;
        leaving = true;
    }

    void onStreamError(int id) {
        Http2Stream request = request(connection.stream(id));
        if (request != null) {
            request.onMalformed();
        }
    }

    /** What is tried again must not come back here. */
    void onClosing() {
        leaving = true;
    }

    void onInactive() {
        if (ended) {
            return;
        }
        ended = true;
        leaving = true;
        ScheduledFuture<?> timer = settling;
        if (timer != null) {
            timer.cancel(false);
        }
        if (settled) {
            pool.closed(this);
        } else {
            pool.openFailed(way, "no_http2");
        }
    }

    private void heard() {
        watch.heard(System.nanoTime());
    }

    private @Nullable Http2Stream request(io.netty.handler.codec.http2.@Nullable Http2Stream stream) {
        return stream == null ? null : stream.getProperty(requestKey);
    }

    private void writabilityChanged(io.netty.handler.codec.http2.Http2Stream stream) {
        Http2Stream request = request(stream);
        if (request != null) {
            request.onWritabilityChanged();
        }
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
        heard();
        if (settled) {
            // Perhaps more streams are allowed now.
            pool.released();
            return;
        }
        settled = true;
        ScheduledFuture<?> timer = settling;
        if (timer != null) {
            timer.cancel(false);
        }
        pool.opened(this);
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext ctx,
            int id,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean end) {
        onHeadersRead(ctx, id, headers, padding, end);
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end) {
        heard();
        Http2Stream request = request(connection.stream(id));
        if (request != null) {
            request.onHeaders(headers, end);
        }
    }

    @Override
    public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end) {
        heard();
        Http2Stream request = request(connection.stream(id));
        int bytes = data.readableBytes() + padding;
        return request == null ? bytes : request.onData(data, bytes, end);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) {
        Http2Stream request = request(connection.stream(id));
        if (request != null) {
            request.onReset(code);
        }
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) {
        watch.ponged();
    }

    /** Called before Netty closes the streams above the last one. */
    @Override
    public void onGoAwayReceived(int lastStream, long code, ByteBuf debug) {
        lastHandled = lastStream;
        leaving = true;
        if (streams == 0) {
            // After the frame is dealt with: closing now would tear down what is being read.
            channel.eventLoop().execute(this::close);
        }
    }

    @Override
    public void onStreamClosed(io.netty.handler.codec.http2.Http2Stream stream) {
        Http2Stream request = request(stream);
        if (request != null) {
            request.onClosed(broken, stream.id() > lastHandled);
        }
        pool.released();
    }

    /** Sends the end of a stream's body. */
    void end(int id, @Nullable HeaderList trailers) {
        ChannelPromise sent = context().newPromise();
        if (trailers == null) {
            encoder().writeData(context(), id, Unpooled.EMPTY_BUFFER, 0, true, sent);
        } else {
            encoder().writeHeaders(context(), id, Http2Heads.of(trailers), 0, true, sent);
        }
        channel.flush();
    }

    void write(int id, ByteBuf piece) {
        encoder().writeData(context(), id, piece, 0, false, context().newPromise());
        channel.flush();
    }
}
