package dev.torii.control.stream;

import dev.torii.config.compile.SidecarView;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Service;
import dev.torii.config.select.Selection;
import dev.torii.config.select.SelectionIndex;
import dev.torii.config.stream.Message.Ack;
import dev.torii.config.stream.Message.Commit;
import dev.torii.config.stream.Message.Delete;
import dev.torii.config.stream.Message.FromControl;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.Message.Reset;
import dev.torii.config.stream.Message.You;
import dev.torii.control.identity.Caller;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one proxy has, and what it is to be told next. Nothing is remembered of changes that it has not been told: once it
 * has acknowledged the last commit, what it has is compared with what there is by then. So a proxy that is slow costs no
 * more than one that is quick. For control's thread.
 */
final class Subscription {

    private final Caller caller;
    private final String have;
    private final Set<String> wants;
    /** Places that are not in the {@link Selection}, and yet say which Service the proxy is of. */
    private final Set<ObjectKey> own;

    private List<String> unanswered;
    private @Nullable You you;
    private @Nullable Selection selection;
    private @Nullable List<Item> sent;
    private @Nullable String awaited;
    private long awaitedSince;
    private String acknowledged = "";
    private Map<ObjectKey, Long> gateways = Map.of();
    private boolean due = true;
    /** Whether what it uses is to be found anew. Mostly it is not: endpoints change far more often than what leads to them. */
    private boolean astray = true;

    Subscription(Caller caller, Hello hello) {
        this.caller = caller;
        this.have = hello.have();
        this.wants = new LinkedHashSet<>(hello.wants());
        this.unanswered = List.copyOf(wants);
        this.own = caller instanceof Caller.OfSidecar sidecar
                ? Set.copyOf(SelectionIndex.selecting(sidecar.namespace(), sidecar.labels()))
                : Set.of();
    }

    Caller caller() {
        return caller;
    }

    int wants() {
        return wants.size();
    }

    /** It called places that it does not know. */
    void want(List<String> places) {
        List<String> added = new ArrayList<>(unanswered);
        added.addAll(places);
        unanswered = added;
        wants.addAll(places);
        due = true;
        astray = true;
    }

    /** Something has changed there. */
    void touch(SelectionIndex.Touched touched) {
        due |= meets(touched.places());
        astray |= meets(touched.ways());
    }

    private boolean meets(Set<ObjectKey> places) {
        return selection == null || selection.isTouchedBy(places) || Selection.meet(own, places);
    }

    /**
     * Takes in what it says of the last commit, or says again of the one before, when a trouble has come or gone.
     *
     * @return whether it makes sense
     */
    boolean acknowledge(Ack ack) {
        if (ack.version().equals(awaited)) {
            awaited = null;
            acknowledged = ack.version();
            gateways = gatewaysSent();
            return true;
        }
        return ack.version().equals(acknowledged);
    }

    /** Since when an acknowledgement is awaited, of the clock that {@link #next} is told; empty when none is. */
    @Nullable
    Long awaitedSince() {
        return awaited == null ? null : awaitedSince;
    }

    /** The Gateways that it has acknowledged, with their generations. */
    Map<ObjectKey, Long> gateways() {
        return gateways;
    }

    private Map<ObjectKey, Long> gatewaysSent() {
        Map<ObjectKey, Long> found = new HashMap<>();
        for (Item item : sent == null || caller instanceof Caller.OfSidecar ? List.<Item>of() : sent) {
            if (item.document().resource() instanceof Gateway gateway) {
                found.put(item.key(), gateway.metadata().generation());
            }
        }
        return found;
    }

    /** What to tell it now, ending with a commit; empty when there is nothing, or it is not its turn. */
    List<FromControl> next(World world, long now) {
        if (!due || awaited != null) {
            return List.of();
        }
        due = false;
        List<FromControl> told = new ArrayList<>();
        Selection known = selection;
        Selection selected = known == null || astray ? select(world, told) : known;
        astray = false;
        List<Item> before = sent;
        List<Item> view = selected.objects().stream().map(world::item).toList();
        String version = ViewVersion.of(view);
        if (before != null) {
            tellDifference(before, view, told);
        } else if (!version.equals(have)) {
            told.add(new Reset());
            view.forEach(item -> told.add(item.put()));
        }
        selection = selected;
        sent = view;
        if (before != null && told.isEmpty() && unanswered.isEmpty()) {
            return List.of();
        }
        told.add(new Commit(version, unanswered));
        unanswered = List.of();
        awaited = version;
        awaitedSince = now;
        return told;
    }

    private Selection select(World world, List<FromControl> told) {
        if (caller instanceof Caller.OfGateway gateway) {
            return world.index()
                    .gateway(gateway.gateway().namespace(), gateway.gateway().name());
        } else if (caller instanceof Caller.OfSidecar sidecar) {
            You now = new You(sidecar.namespace(), service(sidecar, world.index()), sidecar.appPorts());
            if (!now.equals(you)) {
                told.add(now);
                you = now;
            }
            return world.index().sidecar(new SidecarView(now.namespace(), now.service(), now.appPorts()), wants);
        }
        return world.index().sharedGateways();
    }

    /** The one it says, if that selects its pod; else the first that does. */
    private static String service(Caller.OfSidecar sidecar, SelectionIndex index) {
        if (sidecar.labels().isEmpty()) {
            return sidecar.service();
        }
        List<String> services = index.services(sidecar.namespace(), sidecar.labels()).stream()
                .map(Service::name)
                .toList();
        return services.contains(sidecar.service()) ? sidecar.service() : services.isEmpty() ? "" : services.get(0);
    }

    /** Both are sorted by key. */
    private static void tellDifference(List<Item> before, List<Item> now, List<FromControl> told) {
        int old = 0;
        for (Item item : now) {
            while (old < before.size() && before.get(old).key().compareTo(item.key()) < 0) {
                told.add(new Delete(before.get(old++).key()));
            }
            boolean had = old < before.size() && before.get(old).key().equals(item.key());
            if (!had || !before.get(old).saysTheSameAs(item)) {
                told.add(item.put());
            }
            old += had ? 1 : 0;
        }
        while (old < before.size()) {
            told.add(new Delete(before.get(old++).key()));
        }
    }
}
