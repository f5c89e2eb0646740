package dev.torii.injector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Changes a pod, or a template of one, and keeps the changes as a JSON patch (RFC 6902). Adds only, so it removes nothing. */
final class PodEdit {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ObjectNode pod;
    private final ArrayNode patch = JSON.arrayNode();

    PodEdit(ObjectNode pod) {
        this.pod = pod;
    }

    ArrayNode patch() {
        return patch;
    }

    /** Puts elements at the head of a list of {@code spec}, in their order. */
    void prepend(String list, List<ObjectNode> elements) {
        ArrayNode to = list(list);
        for (int i = 0; i < elements.size(); i++) {
            to.insert(i, elements.get(i));
            add("/spec/" + list + "/" + i, elements.get(i));
        }
    }

    void append(String list, List<ObjectNode> elements) {
        ArrayNode to = list(list);
        for (ObjectNode element : elements) {
            to.add(element);
            add("/spec/" + list + "/-", element);
        }
    }

    void annotate(String name, String value) {
        ObjectNode metadata = object(pod, "", "metadata");
        object(metadata, "/metadata", "annotations").put(name, value);
        add("/metadata/annotations/" + escape(name), JSON.textNode(value));
    }

    private ArrayNode list(String name) {
        ObjectNode spec = (ObjectNode) pod.get("spec");
        if (spec.get(name) instanceof ArrayNode there) {
            return there;
        }
        ArrayNode made = spec.putArray(name);
        add("/spec/" + name, JSON.arrayNode());
        return made;
    }

    private ObjectNode object(ObjectNode in, String path, String name) {
        if (in.get(name) instanceof ObjectNode there) {
            return there;
        }
        ObjectNode made = in.putObject(name);
        add(path + "/" + name, JSON.objectNode());
        return made;
    }

    private void add(String path, JsonNode value) {
        patch.addObject().put("op", "add").put("path", path).set("value", value);
    }

    /** RFC 6901, 3. */
    private static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
