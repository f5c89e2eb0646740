package dev.torii.routing;

import java.util.List;

/**
 * What stands between a request and its backend by policy. Equal ones of a snapshot are one object.
 *
 * @param limits all of them must let a request pass
 * @param faults in the order that they are tried
 */
public record Protection(List<RateLimit> limits, List<FaultInjection> faults) {

    public static final Protection NONE = new Protection(List.of(), List.of());

    public Protection {
        limits = List.copyOf(limits);
        faults = List.copyOf(faults);
    }
}
