package dev.torii.routing;

import java.util.List;

/**
 * One weighted destination of a rule.
 *
 * @param weight its share is weight / sum of weights; 0 gets nothing; at most 1,000,000
 * @param filters applied after the rule's own, when this backend was picked
 * @param telemetry what holds once this backend was picked
 */
public record Backend(int weight, Target target, List<Filter> filters, Telemetry telemetry) {

    /** With {@link Telemetry#DEFAULT}. */
    public Backend(int weight, Target target, List<Filter> filters) {
        this(weight, target, filters, Telemetry.DEFAULT);
    }

    public Backend {
        filters = List.copyOf(filters);
    }
}
