package dev.torii.console.web;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The front end's own files ({@code /main.js} is {@code web/main.js} of the class path) and those of its libraries
 * ({@code /webjars/NAME/VERSION/…}), read once and kept. Browsers ask again each time and mostly learn that nothing
 * changed.
 */
final class Files {

    private static final String OWN = "web";
    private static final String LIBRARIES = "META-INF/resources";
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "mjs", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "json", "application/json",
            "map", "application/json",
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/x-icon",
            "woff2", "font/woff2");

    private final Vertx vertx;
    private final ClassLoader loader = Files.class.getClassLoader();
    private final Map<String, File> known = new ConcurrentHashMap<>();

    private record File(String type, Buffer plain, Buffer packed, String etag) {}

    Files(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Sends the file of a path, the first page for {@code /}. */
    void send(RoutingContext ctx) {
        String path = ctx.request().path();
        String name = path.equals("/") ? "/index.html" : path;
        String type = type(name);
        if (type == null || !isPlain(name)) {
            Pages.error(ctx, 404, "no such page");
            return;
        }
        File before = known.get(name);
        if (before != null) {
            send(ctx, before);
            return;
        }
        vertx.<@Nullable File>executeBlocking(() -> read(name, type), false)
                .onSuccess(file -> {
                    if (file == null) {
                        Pages.error(ctx, 404, "no such page");
                    } else {
                        known.put(name, file);
                        send(ctx, file);
                    }
                })
                .onFailure(e -> Pages.failed(ctx, e));
    }

    private static void send(RoutingContext ctx, File file) {
        ctx.response()
                .putHeader("cache-control", "no-cache")
                .putHeader("vary", "accept-encoding")
                .putHeader("etag", file.etag());
        if (file.etag().equals(ctx.request().getHeader("if-none-match"))) {
            ctx.response().setStatusCode(304).end();
            return;
        }
        boolean packed = Pages.takesGzip(ctx);
        if (packed) {
            ctx.response().putHeader("content-encoding", "gzip");
        }
        Pages.send(ctx, 200, file.type(), packed ? file.packed() : file.plain());
    }

    private static @Nullable String type(String name) {
        return TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    }

    /** Letters, digits and a few marks; no part of a path is empty or begins with a dot. Nothing else is a file of ours. */
    private static boolean isPlain(String name) {
        boolean partBegins = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean usual = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!usual && (partBegins || "-_.@/".indexOf(c) < 0)) {
                return false;
            }
            partBegins = c == '/';
        }
        return !partBegins;
    }

    private @Nullable File read(String name, String type) throws IOException {
        try (InputStream in = loader.getResourceAsStream((name.startsWith("/webjars/") ? LIBRARIES : OWN) + name)) {
            if (in == null) {
                return null;
            }
            Buffer content = Buffer.buffer(in.readAllBytes());
            return new File(type, content, Pages.packed(content), etag(content));
        }
    }

    private static String etag(Buffer content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.getBytes());
            return '"' + HexFormat.of().formatHex(hash, 0, 8) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
