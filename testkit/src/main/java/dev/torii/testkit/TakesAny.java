package dev.torii.testkit;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.vertx.core.Vertx;
import io.vertx.core.net.TrustOptions;
import java.util.function.Function;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Takes any certificate. Not by {@code TrustOptions.wrap}: that one needs SLF4J on the class path. */
final class TakesAny implements TrustOptions {

    @Override
    public TrustOptions copy() {
        return this;
    }

    @Override
    public TrustManagerFactory getTrustManagerFactory(Vertx vertx) {
        return InsecureTrustManagerFactory.INSTANCE;
    }

    @Override
    public Function<String, TrustManager[]> trustManagerMapper(Vertx vertx) {
        return serverName -> managers();
    }

    static TrustManager[] managers() {
        return InsecureTrustManagerFactory.INSTANCE.getTrustManagers();
    }
}
