package dev.torii.demo;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;

/** One service of the shop as a process of its own: {@code Shop NAME PORT [HOST]}. Serves until it is killed. */
public final class Shop {

    private Shop() {}

    /** Starts the service; a port in use ends the process with a trace, which {@link Demo} passes on. */
    public static void main(String[] args) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
        Handler<HttpServerRequest> service = switch (args[0]) {
            case "web" -> new Web(new Calls(vertx));
            case "catalog" -> new Catalog();
            case "cart" -> new Cart(vertx, new Calls(vertx));
            case "reviews-v1" -> new Reviews(false);
            case "reviews-v2" -> new Reviews(true);
            default -> throw new IllegalArgumentException("no service is called " + args[0]);
        };
        serve(vertx, service, Integer.parseInt(args[1]), args.length > 2 ? args[2] : "127.0.0.1");
    }

    static void serve(Vertx vertx, Handler<HttpServerRequest> service, int port, String host) {
        HttpServer server = vertx.createHttpServer().requestHandler(service);
        server.listen(port, host).onFailure(e -> {
            System.err.println(e.getMessage());
            vertx.close();
        });
    }
}
