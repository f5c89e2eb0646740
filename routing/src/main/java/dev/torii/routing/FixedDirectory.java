package dev.torii.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A few Services that are all there already. */
final class FixedDirectory implements Directory {

    private final Map<String, Entry> byName = new LinkedHashMap<>();
    private final Map<String, Entry> byAddress = new HashMap<>();

    /** @param destinations all ports of a Service with the same addresses */
    FixedDirectory(List<Destination> destinations) {
        Map<String, List<Destination>> services = new LinkedHashMap<>();
        for (Destination each : destinations) {
            services.computeIfAbsent(each.service(), service -> new ArrayList<>(1))
                    .add(each);
        }
        services.forEach((service, ports) -> byName.put(service, new Entry(ports, Map.of())));
        for (Entry entry : byName.values()) {
            entry.ports().get(0).addresses().forEach(address -> byAddress.putIfAbsent(address, entry));
        }
    }

    @Override
    public @Nullable Entry named(String namespace, String name) {
        return byName.get(namespace + "/" + name);
    }

    @Override
    public @Nullable Entry at(String address) {
        return byAddress.get(address);
    }

    @Override
    public int size() {
        return byName.size();
    }

    @Override
    public Stream<Entry> all() {
        return byName.values().stream();
    }
}
