package dev.torii.proxy.http;

import dev.torii.proxy.Discovery;
import dev.torii.proxy.Fault;
import dev.torii.routing.Cluster;
import dev.torii.routing.Destination;
import dev.torii.routing.InboundPort;
import dev.torii.routing.Listener;
import dev.torii.routing.ListenerSettings;
import dev.torii.routing.Mesh;
import dev.torii.routing.Port;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a client's connection came in by, and so which listener takes its requests: a Gateway's port; or, in a sidecar, the
 * Service whose address the app called, a proxy that the app asks for Services by name, the app itself. Asked anew for
 * each request, so that a changed configuration holds for open connections too. Immutable; safe on any thread.
 */
public abstract class Door {

    private final int port;

    private Door(int port) {
        this.port = port;
    }

    /** A port of a Gateway, as configured. */
    public static Door ofGateway(int port) {
        return new OfGateway(port);
    }

    /**
     * A Service that the app called by address, which is kept when the connection was captured.
     *
     * @param address in canonical form
     */
    public static Door ofService(String address, int port) {
        return new OfService(address, port);
    }

    /** The sidecar as a proxy: the host of each request says which Service it is for. */
    public static Door ofNames(Strangers strangers) {
        return new OfNames(strangers);
    }

    /** The app behind a sidecar, on one of its ports. */
    public static Door ofApp(int port) {
        return new OfApp(port);
    }

    /**
     * A port of this sidecar's pod that nobody declared, as long as nobody does.
     *
     * @param place where it is
     */
    public static Door ofPod(int port, Cluster place) {
        return new OfPod(port, place);
    }

    /** What becomes of what belongs to no Service of the mesh, in a sidecar that is a proxy. */
    public interface Strangers {

        /** The place itself as a cluster, or null when requests may not leave the mesh. */
        @Nullable
        Cluster cluster(String host, int port);

        /** Asks somebody else for a place, see {@link Discovery#ask}. */
        @Nullable
        CompletionStage<Void> ask(Mesh mesh, String host);

        /** Takes a connection on which the client has asked (CONNECT) for a place and got its 200. */
        void connected(NetSocket socket, String host, int port);
    }

    /** The port that the client called, which redirects name. */
    final int port() {
        return port;
    }

    /** The listener of a request, or null when none takes it. */
    abstract @Nullable Listener listener(Plan plan, RequestHead head);

    /** What holds for a connection without a request. */
    abstract ListenerSettings settings(Plan plan, String serverName);

    /** Whether the client's TLS session was made with another listener than the one that its request is for. */
    boolean isMisdirected(Plan plan, ClientConnection client, @Nullable Listener listener) {
        return false;
    }

    /** What to answer when there is no listener. */
    Decision.Refuse nobody() {
        return new Decision.Refuse(Fault.NR, 404, "no_listener_for_host");
    }

    /** Where a request goes, untouched by any rule, that no listener takes; null for nowhere. */
    @Nullable
    Cluster undeclared(RequestHead head) {
        return null;
    }

    /** Asks somebody else for a listener, see {@link Discovery#ask}. */
    @Nullable
    CompletionStage<Void> ask(Plan plan, RequestHead head) {
        return null;
    }

    /** Who deals with places outside the mesh, or null where requests never lead there. */
    @Nullable
    Strangers strangers() {
        return null;
    }

    /** Whether the client is the app behind this sidecar, so that nothing is known better here than it says. */
    boolean isOutbound() {
        return false;
    }

    /** Whether what lies behind is the app of this sidecar. */
    boolean isInbound() {
        return false;
    }

    private static ListenerSettings settingsOf(@Nullable Listener listener, ListenerSettings otherwise) {
        return listener == null ? otherwise : listener.settings();
    }

    private static final class OfGateway extends Door {

        OfGateway(int port) {
            super(port);
        }

        @Override
        @Nullable
        Listener listener(Plan plan, RequestHead head) {
            return listener(plan, head.host);
        }

        private @Nullable Listener listener(Plan plan, String host) {
            Port current = plan.port(port());
            return current == null ? null : current.listenerFor(host);
        }

        @Override
        ListenerSettings settings(Plan plan, String serverName) {
            return settingsOf(listener(plan, serverName), ListenerSettings.DEFAULT);
        }

        @Override
        boolean isMisdirected(Plan plan, ClientConnection client, @Nullable Listener listener) {
            return client.isTls() && plan.port(port()) != null && listener(plan, client.serverName()) != listener;
        }
    }

    /** One place, whatever its requests say. */
    private abstract static class OfPlace extends Door {

        OfPlace(int port) {
            super(port);
        }

        abstract @Nullable Listener listener(Plan plan);

        @Override
        final @Nullable Listener listener(Plan plan, RequestHead head) {
            return listener(plan);
        }

        @Override
        final ListenerSettings settings(Plan plan, String serverName) {
            return settingsOf(listener(plan), ListenerSettings.MESH);
        }
    }

    private static final class OfService extends OfPlace {
        private final String address;

        OfService(String address, int port) {
            super(port);
            this.address = address;
        }

        @Override
        @Nullable
        Listener listener(Plan plan) {
            Destination destination = plan.snapshot().mesh().destination(address, port());
            return destination == null ? null : destination.listener();
        }

        @Override
        Decision.Refuse nobody() {
            return new Decision.Refuse(Fault.NR, 502, "no_service_at_address");
        }

        @Override
        boolean isOutbound() {
            return true;
        }
    }

    private static final class OfNames extends Door {
        private final Strangers strangers;

        OfNames(Strangers strangers) {
            super(80);
            this.strangers = strangers;
        }

        @Override
        @Nullable
        Listener listener(Plan plan, RequestHead head) {
            Destination destination = plan.snapshot().mesh().destination(head.host, head.port());
            return destination == null ? null : destination.listener();
        }

        @Override
        ListenerSettings settings(Plan plan, String serverName) {
            return ListenerSettings.MESH;
        }

        @Override
        @Nullable
        Cluster undeclared(RequestHead head) {
            return strangers.cluster(head.host, head.port());
        }

        @Override
        @Nullable
        CompletionStage<Void> ask(Plan plan, RequestHead head) {
            return strangers.ask(plan.snapshot().mesh(), head.host);
        }

        @Override
        Decision.Refuse nobody() {
            return new Decision.Refuse(Fault.NR, 502, "outside_the_mesh");
        }

        @Override
        Strangers strangers() {
            return strangers;
        }

        @Override
        boolean isOutbound() {
            return true;
        }
    }

    private static class OfApp extends OfPlace {

        OfApp(int port) {
            super(port);
        }

        @Override
        final boolean isInbound() {
            return true;
        }

        @Override
        final @Nullable Listener listener(Plan plan) {
            InboundPort inbound = plan.snapshot().mesh().inbound(port());
            return inbound == null ? null : inbound.listener();
        }
    }

    private static final class OfPod extends OfApp {
        private final Cluster place;

        OfPod(int port, Cluster place) {
            super(port);
            this.place = place;
        }

        @Override
        Cluster undeclared(RequestHead head) {
            return place;
        }
    }
}
