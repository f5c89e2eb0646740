package dev.torii.config.compile;

import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.ListenerSet;
import dev.torii.config.resource.ObjectRef;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A ListenerSet while its configuration is being worked out. Source: GEP-1713. */
final class ListenerSetDraft {

    /** Of one Gateway, its own included: a port each, and who may add a set need not be trusted with all there are. */
    private static final int MOST_LISTENERS = 1024;

    final ListenerSet set;
    final GatewayDraft gateway;
    final List<ListenerDraft> listeners = new ArrayList<>();
    /** Why nothing of it can be served, or null. */
    final @Nullable Problem rejected;

    private ListenerSetDraft(ListenerSet set, GatewayDraft gateway, @Nullable Problem rejected) {
        this.set = set;
        this.gateway = gateway;
        this.rejected = rejected;
    }

    /**
     * Gives the Gateways their sets, each in the order in which its listeners may claim ports. A set of somebody else's
     * Gateway is none of our business.
     */
    static void attach(
            List<GatewayDraft> gateways,
            ResourceSet resources,
            NamespaceGate gate,
            References references,
            Findings findings) {
        Map<String, GatewayDraft> byPath = new HashMap<>();
        gateways.forEach(each -> byPath.put(each.gateway.path(), each));
        resources.all(ListenerSet.class).stream()
                .sorted(Precedence.OLDEST_FIRST)
                .forEach(set -> {
                    ObjectRef ref = set.gateway();
                    boolean known = ref.is(Resource.GATEWAY_GROUP, "Gateway");
                    GatewayDraft gateway = known ? byPath.get(ref.path()) : null;
                    if (gateway != null) {
                        Problem rejected = rejection(set, gateway.gateway, gate, findings);
                        ListenerSetDraft draft = new ListenerSetDraft(set, gateway, rejected);
                        draft.readListeners(references, findings);
                        gateway.sets.add(draft);
                    } else if (known && resources.find(Gateway.class, ref.namespace(), ref.name()) == null) {
                        findings.error(
                                set, "spec.parentRef.name", "NoMatchingParent", references.unknown(Gateway.class, ref));
                    } else if (!known) {
                        String message = "the parent must be a Gateway, not a " + ref.kind();
                        findings.error(set, "spec.parentRef.kind", "UnsupportedParent", message);
                    }
                });
    }

    private static @Nullable Problem rejection(
            ListenerSet set, Gateway gateway, NamespaceGate gate, Findings findings) {
        if (gate.lets(gateway.allowedListeners(), gateway.namespace(), set.namespace())) {
            return null;
        }
        String from = NamespaceGate.describe(gateway.allowedListeners());
        Problem problem = new Problem(
                "NotAllowed", gateway.describe() + " takes listeners from " + from + ", see its `allowedListeners`");
        findings.error(set, "spec.parentRef", problem);
        return problem;
    }

    private void readListeners(References references, Findings findings) {
        int room = MOST_LISTENERS - (int) gateway.allListeners().count();
        for (int i = 0; i < set.listeners().size(); i++) {
            ListenerDraft listener = new ListenerDraft(gateway, this, i, references, findings);
            if (i >= room && rejected == null) {
                String message =
                        "a Gateway has at most " + MOST_LISTENERS + " listeners, with those of its ListenerSets";
                listener.reject(findings, "", new Problem("TooManyListeners", message));
            }
            listeners.add(listener);
        }
    }

    boolean isServed() {
        return listeners.stream().anyMatch(ListenerDraft::isServed);
    }
}
