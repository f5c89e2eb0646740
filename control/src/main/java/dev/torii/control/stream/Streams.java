package dev.torii.control.stream;

import dev.torii.config.resource.ObjectKey;
import dev.torii.config.select.SelectionIndex;
import dev.torii.config.source.Catalog;
import dev.torii.config.stream.Message;
import dev.torii.config.stream.Message.Ack;
import dev.torii.config.stream.Message.Commit;
import dev.torii.config.stream.Message.FromControl;
import dev.torii.config.stream.Message.FromProxy;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.Message.Want;
import dev.torii.control.identity.Caller;
import dev.torii.control.stream.Connection.Code;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All subscriptions, and the world they are to. Every method on control's thread. */
final class Streams {

    private final World world;
    private final Acks acks;
    private final StreamMetrics metrics;
    private final Map<Connection, Subscription> subscriptions = new HashMap<>();
    private boolean begun;

    Streams(World world, Acks acks, StreamMetrics metrics) {
        this.world = world;
        this.acks = acks;
        this.metrics = metrics;
    }

    /** Nobody is told anything before the first catalog: it would be told that there is nothing. */
    void catalog(Catalog next) {
        begun = true;
        SelectionIndex.Touched touched = world.update(next);
        subscriptions.forEach((connection, subscription) -> {
            subscription.touch(touched);
            tell(connection, subscription);
        });
    }

    void admit(Connection connection, Caller caller, Hello hello) {
        if (connection.isClosed()) {
            return;
        }
        Subscription subscription = new Subscription(caller, hello);
        subscriptions.put(connection, subscription);
        heard(connection, subscription, List.of());
        tell(connection, subscription);
        connection.dealtWith();
    }

    void said(Connection connection, FromProxy message) {
        Subscription subscription = subscriptions.get(connection);
        if (subscription == null) {
            return;
        }
        String wrong = take(connection, subscription, message);
        if (wrong.isEmpty()) {
            tell(connection, subscription);
            connection.dealtWith();
        } else {
            connection.close(Code.MALFORMED, wrong);
        }
    }

    /** @return what is wrong with it, or {@code ""} */
    private String take(Connection connection, Subscription subscription, FromProxy message) {
        if (message instanceof Want want) {
            subscription.want(want.places());
            return subscription.wants() > Message.MOST_WANTS ? "more than " + Message.MOST_WANTS + " wants" : "";
        }
        if (message instanceof Ack ack) {
            Long since = subscription.awaitedSince();
            if (!subscription.acknowledge(ack)) {
                return "nothing of that version is to be acknowledged";
            }
            metrics.acknowledged(since, ack.problems().isEmpty());
            heard(connection, subscription, ack.problems());
            return "";
        }
        return "hello once";
    }

    /** What proxies of Gateways say is of interest to who programs them. */
    private void heard(Connection connection, Subscription subscription, List<String> problems) {
        Caller caller = subscription.caller();
        if (caller instanceof Caller.OfSidecar) {
            return;
        }
        Map<ObjectKey, Long> gateways = subscription.gateways();
        if (gateways.isEmpty() && caller instanceof Caller.OfGateway own) {
            gateways = Map.of(own.gateway(), Acks.NOTHING);
        }
        acks.heard(name(connection, caller), connection, gateways, problems);
    }

    /** Where nobody knows its pod, the connection is all there is to tell it by. */
    private static String name(Connection connection, Caller caller) {
        return caller.pod().isEmpty() ? connection.remoteAddress() : caller.pod();
    }

    private void tell(Connection connection, Subscription subscription) {
        if (!begun) {
            return;
        }
        List<FromControl> next = subscription.next(world, System.nanoTime());
        if (!next.isEmpty()) {
            metrics.committed(
                    next.size(), ((Commit) next.get(next.size() - 1)).answered().size());
            connection.tell(next);
        }
    }

    void left(Connection connection) {
        Subscription subscription = subscriptions.remove(connection);
        if (subscription != null && !(subscription.caller() instanceof Caller.OfSidecar)) {
            acks.gone(name(connection, subscription.caller()), connection);
        }
    }

    /** Looks around for those who ask; every second or so. */
    void count() {
        long now = System.nanoTime();
        long longest = 0;
        long waiting = 0;
        long sidecars = 0;
        for (Subscription each : subscriptions.values()) {
            Long since = each.awaitedSince();
            longest = since == null ? longest : Math.max(longest, now - since);
            waiting += since == null ? 0 : 1;
            sidecars += each.caller() instanceof Caller.OfSidecar ? 1 : 0;
        }
        metrics.counted(new StreamMetrics.Count(sidecars, subscriptions.size() - sidecars, waiting, longest));
    }

    /**
     * Ends all, each to be opened elsewhere.
     *
     * @return ends when all have been told
     */
    Future<Void> close() {
        return Future.join(subscriptions.keySet().stream()
                        .map(connection -> connection.close(Code.RESTART, "control restarts"))
                        .toList())
                .mapEmpty();
    }
}
