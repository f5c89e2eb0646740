package dev.torii.control.provision;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;

/** Whether an object is as we want it, whatever the API server and others have added to it. Pure. */
final class Covering {

    /** By what members of lists are known, in that order. */
    private static final List<String> KEYS =
            List.of("name", "uid", "topologyKey", "mountPath", "containerPort", "port", "type");

    private Covering() {}

    /** Whether all that is wanted is there. A member of a list is looked for by its key, or else at its place. */
    static boolean covers(JsonNode there, JsonNode wanted) {
        if (wanted.isObject()) {
            for (Map.Entry<String, JsonNode> each : wanted.properties()) {
                if (!covers(there.path(each.getKey()), each.getValue())) {
                    return false;
                }
            }
            return there.isObject() || wanted.isEmpty();
        }
        if (wanted.isArray()) {
            for (int i = 0; i < wanted.size(); i++) {
                if (!covers(member(there, wanted.get(i), i), wanted.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return there.equals(wanted) || isSameAmount(there.asText(), wanted.asText());
    }

    private static JsonNode member(JsonNode list, JsonNode wanted, int place) {
        for (String key : KEYS) {
            if (wanted.path(key).isValueNode()) {
                for (JsonNode each : list) {
                    if (each.path(key).equals(wanted.get(key))) {
                        return each;
                    }
                }
            }
        }
        return list.path(place);
    }

    /** The API server writes {@code 1000m} as {@code 1}. */
    private static boolean isSameAmount(String one, String other) {
        try {
            return !one.isEmpty()
                    && Quantity.parse(one)
                                    .getNumericalAmount()
                                    .compareTo(Quantity.parse(other).getNumericalAmount())
                            == 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
