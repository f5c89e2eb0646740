package dev.torii.control.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.config.compile.Status;
import dev.torii.config.resource.GatewayClass;
import dev.torii.config.resource.ParentRef;
import dev.torii.config.resource.Resource;
import dev.torii.control.status.DesiredStatus.Entry;
import dev.torii.control.status.DesiredStatus.Shape;
import dev.torii.control.status.DesiredStatus.Told;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was worked out of an object, and how far its Gateway has come, in the words of the API server. {@code Programmed} is
 * true only when the proxies have acknowledged and there is an address. Pure.
 */
final class DesiredStatuses {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String PROGRAMMED = "Programmed";
    private static final int LONGEST_MESSAGE = 2_000;
    private static final int MOST_ADDRESSES = 16;

    private final Wanted wanted;
    private final Shape shape;

    private DesiredStatuses(Wanted wanted, Shape shape) {
        this.wanted = wanted;
        this.shape = shape;
    }

    static DesiredStatus of(Wanted wanted, Shape shape) {
        return new DesiredStatuses(wanted, shape).build();
    }

    private DesiredStatus build() {
        List<Told> conditions = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        Map<String, JsonNode> fields = new HashMap<>();
        for (Status status : wanted.statuses()) {
            if (shape.isShared()) {
                entries.add(new Entry(identity(status.parent()), told(status), Map.of()));
            } else if (status.listener() != null) {
                entries.add(listener(status, status.listener()));
            } else {
                conditions.addAll(told(status));
                own(status, fields);
            }
        }
        return new DesiredStatus(shape, wanted.generation(), conditions, entries, fields);
    }

    private void own(Status status, Map<String, JsonNode> fields) {
        if (shape == Shape.CLASS) {
            ArrayNode features = JSON.arrayNode();
            status.supportedFeatures().forEach(each -> features.addObject().put("name", each));
            fields.put("supportedFeatures", features);
        } else if (status.kind().equals("Gateway")) {
            fields.put("attachedListenerSets", JSON.numberNode(status.attachedListenerSets()));
            if (wanted.reality() != null && wanted.reality().addressesKnown()) {
                fields.put("addresses", addresses(wanted.reality()));
            }
        }
    }

    private static ArrayNode addresses(Reality reality) {
        ArrayNode addresses = JSON.arrayNode();
        reality.addresses().stream()
                .limit(MOST_ADDRESSES)
                .forEach(each -> addresses.addObject().put("type", each.type()).put("value", each.value()));
        return addresses;
    }

    private Entry listener(Status status, String name) {
        ArrayNode kinds = JSON.arrayNode();
        for (String kind : status.supportedKinds()) {
            kinds.addObject().put("group", Resource.GATEWAY_GROUP).put("kind", kind);
        }
        Map<String, JsonNode> fields =
                Map.of("attachedRoutes", JSON.numberNode(status.attachedRoutes()), "supportedKinds", kinds);
        return new Entry(JSON.objectNode().put("name", name), told(status), fields);
    }

    private ObjectNode identity(@Nullable ParentRef parent) {
        ObjectNode identity = JSON.objectNode();
        ObjectNode reference = identity.putObject(shape.reference);
        if (parent != null) {
            reference
                    .put("group", parent.target().group())
                    .put("kind", parent.target().kind());
            if (!parent.target().namespace().isEmpty()) {
                reference.put("namespace", parent.target().namespace());
            }
            reference.put("name", parent.target().name());
            if (parent.sectionName() != null) {
                reference.put("sectionName", parent.sectionName());
            }
            if (parent.port() != null) {
                reference.set("port", StatusMerge.number(parent.port()));
            }
        }
        return identity.put("controllerName", GatewayClass.OURS);
    }

    private List<Told> told(Status status) {
        return status.conditions().stream()
                .map(each -> each.type().equals(PROGRAMMED) && each.holds() && wanted.reality() != null
                        ? programmed(wanted.reality(), status.listener() != null)
                        : new Told(each.type(), each.holds(), each.reason(), cut(each.message())))
                .toList();
    }

    /**
     * It could be. Is it? That nothing can be made for it comes first, an address last; both are the whole Gateway's concern,
     * not a listener's.
     */
    private static Told programmed(Reality reality, boolean isListener) {
        Reality.Problem problem = isListener ? Reality.Problem.NONE : reality.problem();
        if (!problem.reason().isEmpty() && !problem.isAddress()) {
            return no(problem.reason(), problem.message(), Instant.MIN);
        }
        return switch (reality.proxies().kind()) {
            case SERVED ->
                problem.isAddress()
                        ? no(problem.reason(), problem.message(), Instant.MIN)
                        : new Told(PROGRAMMED, true, PROGRAMMED, "");
            case FAILED ->
                no(
                        "Invalid",
                        "proxies say: " + String.join("; ", reality.proxies().problems()),
                        Instant.MIN);
            case UNKNOWN -> no("Pending", "control has just begun to lead", Instant.MAX);
            case NOBODY -> no("Pending", "no proxy of it is connected", reality.patience());
            case WAITING -> no("Pending", "not all of its proxies have taken it yet", reality.patience());
        };
    }

    private static Told no(String reason, String message, Instant patience) {
        return new Told(PROGRAMMED, false, reason, cut(message), patience);
    }

    private static String cut(String message) {
        return message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "…";
    }
}
