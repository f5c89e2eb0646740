package dev.torii.proxy.limit;

import dev.torii.routing.RequestView;
import org.jspecify.annotations.Nullable;

/** A request as limits see it. */
public interface Asker {

    /** What limits are narrowed by, and the headers that are keys. */
    RequestView request();

    /** The value of a cookie, or null. */
    @Nullable
    String cookie(String name);

    /** Who sent it, after trusted hops. */
    String clientAddress();
}
