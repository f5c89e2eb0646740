package dev.torii.config.stream;

import dev.torii.config.Wording;
import dev.torii.config.resource.ObjectKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of one message: each is taken once, and nothing may be left. A list that is not there is empty. */
final class MessageFields {

    private final String message;
    private final Map<Object, Object> left;

    MessageFields(String message, Map<?, ?> fields) {
        this.message = message;
        this.left = new LinkedHashMap<>(fields);
    }

    String message() {
        return message;
    }

    /** Not empty. */
    String text(String name) throws MalformedMessage {
        String text = textOrNone(name);
        if (text.isEmpty()) {
            throw wrong(name, "missing");
        }
        return text;
    }

    /** {@code ""} when it is not there. */
    String textOrNone(String name) throws MalformedMessage {
        Object value = left.remove(name);
        if (value == null || value instanceof String) {
            return value == null ? "" : (String) value;
        }
        throw wrong(name, "not text");
    }

    int number(String name) throws MalformedMessage {
        if (left.remove(name) instanceof Integer number) {
            return number;
        }
        throw wrong(name, "not a number");
    }

    Message.Role role(String name) throws MalformedMessage {
        return switch (text(name)) {
            case "gateway" -> Message.Role.GATEWAY;
            case "sidecar" -> Message.Role.SIDECAR;
            default -> throw wrong(name, "neither gateway nor sidecar");
        };
    }

    /** The whole message as the name of an object. */
    ObjectKey key() throws MalformedMessage {
        return new ObjectKey(text("kind"), textOrNone("namespace"), text("name"));
    }

    List<String> texts(String name) throws MalformedMessage {
        return list(name, String.class);
    }

    List<Integer> ports(String name) throws MalformedMessage {
        List<Integer> ports = list(name, Integer.class);
        for (int port : ports) {
            if (port < 1 || port > 65_535) {
                throw wrong(name, "no port: " + port);
            }
        }
        return ports;
    }

    private <T> List<T> list(String name, Class<T> type) throws MalformedMessage {
        @Nullable Object value = left.remove(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list) || !list.stream().allMatch(type::isInstance)) {
            throw wrong(name, type == String.class ? "not a list of texts" : "not a list of numbers");
        }
        return list.stream().map(type::cast).toList();
    }

    void nothingElse() throws MalformedMessage {
        if (!left.isEmpty()) {
            throw wrong(Wording.shown(left.keySet().iterator().next().toString()), "unknown");
        }
    }

    private MalformedMessage wrong(String name, String what) {
        return new MalformedMessage(message + "." + name + ": " + what);
    }
}
