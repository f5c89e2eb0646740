package dev.torii.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Handler;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.QueryParamDecoderConfig;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.http.impl.http1.Http1ServerConnection;
import io.vertx.core.http.impl.http1.VertxHttpResponseEncoder;
import io.vertx.core.http.impl.http2.codec.Http2CodecServerChannelInitializer;
import io.vertx.core.http.impl.tcp.Http1xOrH2CHandler;
import io.vertx.core.http.impl.tcp.HttpServerConnectionInitializer;
import io.vertx.core.http.impl.tcp.TcpHttpServer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.http.QueryParamDecoder;
import io.vertx.core.net.ServerSSLOptions;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes an accepted connection speak HTTP with the handlers of Vert.x' server, and is the one place that knows how Vert.x
 * 5.2 puts them together ({@code TcpHttpServer.listen}).
 *
 * <p>Why not that server itself: it says nothing of a connection before its first head is complete, so a client that
 * never completes one could not be timed out; it answers unknown versions on its own; and it takes no connection whose
 * TLS ended elsewhere.
 */
final class HttpPipeline {

    /** Where the decoder gives up; the listener's own limits lie below and have their own answers. */
    private static final int HARD_LINE_LIMIT = 64 * 1024;

    private static final int HARD_HEADER_LIMIT = 256 * 1024;

    /** Of one stream's uploads: what is kept of each that its backend does not take. */
    private static final int STREAM_WINDOW = 256 * 1024;

    /** What is kept for one client at most; seven uploads may stand still before an eighth does. */
    private static final int CONNECTION_WINDOW = 8 * STREAM_WINDOW;

    /**
     * The window is given back when this much of it is left. Netty's half would let a few streams that stand still keep
     * the others from ever using up the other half.
     */
    private static final float CONNECTION_WINDOW_LEFT = 0.9f;

    /** No handler of ours asks for forms: Vert.x' own defaults. */
    private static final int MAX_FORM_ATTRIBUTE = 8192;

    private static final int MAX_FORM_FIELDS = 256;
    private static final int MAX_FORM_BUFFERED = 1024;

    private final ContextInternal context;
    private final Handler<HttpServerRequest> requests;
    private final Handler<HttpServerRequest> invalidRequests;
    private final BiConsumer<ClientConnection, Boolean> unreadHeads;
    private final HttpServerConfig config = new HttpServerConfig(hardened());
    private final QueryParamDecoder queries = new QueryParamDecoder(new QueryParamDecoderConfig());
    private final HttpServerConnectionInitializer http1;
    private final Http2CodecServerChannelInitializer http2;

    /**
     * @param context of the event loop that all connections live on
     * @param invalidRequests takes requests whose head could not be decoded (HTTP/1)
     * @param unreadHeads told of heads of which no request comes, and whether they were answered (HTTP/2)
     */
    HttpPipeline(
            ContextInternal context,
            Handler<HttpServerRequest> requests,
            Handler<HttpServerRequest> invalidRequests,
            BiConsumer<ClientConnection, Boolean> unreadHeads) {
        this.context = context;
        this.requests = requests;
        this.invalidRequests = invalidRequests;
        this.unreadHeads = unreadHeads;
        this.http1 = initializer();
        this.http2 = new Http2CodecServerChannelInitializer(
                http1,
                null,
                null,
                null,
                false,
                false,
                config.getHttp2Config(),
                null,
                context::duplicate,
                this::connected,
                null,
                false);
    }

    private static HttpServerOptions hardened() {
        return new HttpServerOptions()
                .setStrictThreadMode(true)
                .setHandle100ContinueAutomatically(false)
                .setMaxInitialLineLength(HARD_LINE_LIMIT)
                .setMaxHeaderSize(HARD_HEADER_LIMIT)
                .setHttp2RstFloodMaxRstFramePerWindow(200)
                .setHttp2RstFloodWindowDuration(30)
                .setHttp2MaxSmallContinuationFrames(16)
                .setInitialSettings(new Http2Settings()
                        .setMaxConcurrentStreams(256)
                        .setInitialWindowSize(STREAM_WINDOW)
                        .setMaxHeaderListSize(HARD_HEADER_LIMIT));
    }

    private HttpServerConnectionInitializer initializer() {
        // The server never listens; the initializer asks it whether it takes one more connection.
        TcpHttpServer shape = new TcpHttpServer(context.owner(), config, new ServerSSLOptions(), null, null, false);
        return new HttpServerConnectionInitializer(
                context,
                context.threadingModel(),
                config.getStrictThreadMode(),
                context::duplicate,
                shape,
                false,
                false,
                null,
                false,
                null,
                0,
                config.isHandle100ContinueAutomatically(),
                MAX_FORM_ATTRIBUTE,
                MAX_FORM_FIELDS,
                MAX_FORM_BUFFERED,
                new QueryParamDecoderConfig(),
                config.getHttp1Config(),
                config.getHttp2Config(),
                false,
                config.getWebSocketConfig(),
                null,
                "",
                this::connected,
                e -> {},
                null,
                null,
                null);
    }

    /** Takes over a connection in clear, or one whose TLS handler has finished its handshake. */
    void install(ClientConnection client) {
        ChannelPipeline pipeline = client.channel().pipeline();
        Opening opening = new Opening(client);
        client.opening(opening);
        SslHandler tls = pipeline.get(SslHandler.class);
        if (tls == null) {
            pipeline.addBefore(before(pipeline), "opening", opening);
        } else if ("h2".equals(tls.applicationProtocol())) {
            http2.configureHttp2(context, pipeline, true);
        } else {
            opening.decoder = codec(client);
            http1.configureHttp1Handler(pipeline, null);
        }
    }

    private static String before(ChannelPipeline pipeline) {
        return pipeline.get("chunkedWriter") != null ? "chunkedWriter" : "handler";
    }

    private Http1Decoder codec(ClientConnection client) {
        ChannelPipeline pipeline = client.channel().pipeline();
        Http1Decoder decoder =
                new Http1Decoder(config.getHttp1Config(), client.door().strangers() != null);
        String before = before(pipeline);
        pipeline.addBefore(before, "httpDecoder", decoder);
        pipeline.addBefore(before, "httpEncoder", new VertxHttpResponseEncoder());
        return decoder;
    }

    private void connected(HttpServerConnection connection) {
        connection.exceptionHandler(e -> {});
        if (connection instanceof Http1ServerConnection plain) {
            plain.handler(requests);
            plain.invalidRequestHandler(invalidRequests);
        } else {
            widen(connection);
            ChannelHandlerContext link = connection.channelHandlerContext();
            Http2ConnectionHandler codec = (Http2ConnectionHandler) link.handler();
            consolidate(link);
            Http2Trailers trailers = Http2Trailers.install(codec);
            UnreadHeads heads = UnreadHeads.watch(
                    codec, answered -> unreadHeads.accept(ClientConnection.of(link.channel()), answered));
            connection.streamHandler(stream -> {
                heads.isRequest();
                new Http2Request(
                                requests,
                                stream,
                                trailers,
                                MAX_FORM_ATTRIBUTE,
                                MAX_FORM_FIELDS,
                                MAX_FORM_BUFFERED,
                                queries)
                        .init();
            });
        }
        ClientConnection.of(connection.channelHandlerContext().channel()).speaks(connection);
    }

    private static void widen(HttpServerConnection connection) {
        connection.setWindowSize(CONNECTION_WINDOW);
        Http2ConnectionHandler codec =
                (Http2ConnectionHandler) connection.channelHandlerContext().handler();
        Http2LocalFlowController windows = codec.decoder().flowController();
        try {
            ((DefaultHttp2LocalFlowController) windows)
                    .windowUpdateRatio(codec.connection().connectionStream(), CONNECTION_WINDOW_LEFT);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** All answers of one turn of the event loop leave in one write: many streams share the connection. */
    private static void consolidate(ChannelHandlerContext codec) {
        codec.pipeline().addBefore(codec.name(), "consolidate", new FlushConsolidationHandler(256, true));
    }

    /** A connection on its way to its first request: finds out what it speaks; then knows its HTTP/1 decoder. */
    final class Opening extends Http1xOrH2CHandler {

        private final ClientConnection client;
        private @Nullable Http1Decoder decoder;
        private boolean begun;

        Opening(ClientConnection client) {
            this.client = client;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
            begun = true;
            super.channelRead(ctx, message);
        }

        @Override
        protected void configure(ChannelHandlerContext ctx, boolean priorKnowledge) {
            if (priorKnowledge) {
                http2.configureHttp2(context, ctx.pipeline(), false);
            } else {
                decoder = codec(client);
                http2.configureHttp1OrH2CUpgradeHandler(context, ctx.pipeline(), null, null);
                ctx.pipeline().addBefore("h2c", "h2cOffer", new H2cOffer());
            }
        }

        /** Whether the client has begun a head (or a preface) and not completed it. */
        boolean isWithinHead() {
            Http1Decoder reading = decoder;
            return reading != null ? reading.isWithinHead() : begun;
        }

        /** Takes what came behind a CONNECT; to be released by who takes it. */
        ByteBuf rest() {
            Http1Decoder reading = decoder;
            return reading == null ? Unpooled.EMPTY_BUFFER : reading.rest();
        }

        /**
         * Answers a head that never came to its end, where no exchange can (RFC 9110, 15.5.9), and closes.
         *
         * @return the status; 0 when nothing could be said to a client that speaks no HTTP yet
         */
        int answerTimeout(String requestId) {
            ChannelHandlerContext above =
                    decoder == null ? null : client.channel().pipeline().context(decoder);
            if (above == null) {
                client.close();
                return 0;
            }
            ByteBuf answer = Unpooled.copiedBuffer(
                    "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n"
                            + "x-torii-reason: SI header_timeout\r\nx-request-id: " + requestId + "\r\n\r\n",
                    StandardCharsets.US_ASCII);
            // From the decoder's place on, the bytes pass TLS but not Vert.x' encoder.
            above.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
            return 408;
        }
    }
}
