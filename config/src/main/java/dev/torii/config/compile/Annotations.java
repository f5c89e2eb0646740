package dev.torii.config.compile;

import dev.torii.config.Durations;
import dev.torii.config.Wording;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Route;
import dev.torii.config.resource.Service;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the {@code torii.dev/} annotations of one object. A wrong value is told, and the fallback stays. */
final class Annotations {

    static final String MAX_BODY_BYTES = "torii.dev/max-body-bytes";

    private static final String PREFIX = "torii.dev/";
    private static final Set<String> NONE = Set.of();
    private static final Map<String, Set<String>> KNOWN = Map.of(
            "Gateway", Set.copyOf(GatewaySettings.ANNOTATIONS),
            "HTTPRoute", Set.of(Route.SPLIT_BY, MAX_BODY_BYTES),
            "GRPCRoute", Set.of(Route.SPLIT_BY),
            "Service", Set.of(Service.ENDPOINTS));

    private final Resource object;
    private final Findings findings;

    Annotations(Resource object, Findings findings) {
        this.object = object;
        this.findings = findings;
    }

    /** Tells of annotations of ours that mean nothing on the kinds that this module serves. */
    static void checkNames(ResourceSet resources, Findings findings) {
        for (Resource object : resources.all()) {
            if (object instanceof Gateway || object instanceof Route || object instanceof Service) {
                new TreeSet<>(object.metadata().annotations().keySet())
                        .stream()
                                .filter(name -> name.startsWith(PREFIX))
                                .forEach(name -> check(object, name, findings));
            }
        }
    }

    private static void check(Resource object, String name, Findings findings) {
        Set<String> known = KNOWN.getOrDefault(object.kind(), NONE);
        if (known.contains(name)) {
            return;
        }
        List<String> owners = KNOWN.entrySet().stream()
                .filter(each -> each.getValue().contains(name))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        String hint = owners.isEmpty()
                ? findings.didYouMean(name, () -> known)
                : ", it belongs on a " + String.join(" or ", owners);
        findings.warning(
                object,
                field(name),
                "UnknownAnnotation",
                "a " + object.kind() + " has no annotation " + Wording.quote(name) + hint);
    }

    boolean flag(String name) {
        String text = text(name);
        if (text != null && !text.equals("true") && !text.equals("false")) {
            wrong(name, "`true` or `false`", text);
        }
        return "true".equals(text);
    }

    long number(String name, long min, long max, long fallback) {
        String text = text(name);
        if (text == null) {
            return fallback;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // told below
        }
        wrong(name, "a whole number from " + min + " to " + max, text);
        return fallback;
    }

    int integer(String name, int min, int max, int fallback) {
        return (int) number(name, min, max, fallback);
    }

    long millis(String name, long fallback) {
        String text = text(name);
        if (text == null) {
            return fallback;
        }
        long millis = Durations.millis(text);
        if (millis < 0) {
            wrong(name, "a duration such as `10s`", text);
            return fallback;
        }
        return millis;
    }

    private @Nullable String text(String name) {
        return object.metadata().annotations().get(name);
    }

    private void wrong(String name, String wanted, String text) {
        findings.error(
                object,
                field(name),
                "InvalidValue",
                "`" + name + "` must be " + wanted + ", but is " + Wording.quote(text));
    }

    private static String field(String name) {
        return "metadata.annotations[" + name + "]";
    }
}
