package dev.torii.routing;

import java.util.List;

/**
 * One weighted destination of a rule.
 *
 * @param weight its share is weight / sum of weights; 0 gets nothing; at most 1,000,000
 * @param filters applied after the rule's own, when this backend was picked
 * @param telemetry what holds once this backend was picked
 * @param protection what holds besides once this backend was picked: its Service's
 */
public record Backend(int weight, Target target, List<Filter> filters, Telemetry telemetry, Protection protection) {

    /** With {@link Telemetry#DEFAULT}. */
    public Backend(int weight, Target target, List<Filter> filters) {
        this(weight, target, filters, Telemetry.DEFAULT);
    }

    /** Without protection. */
    public Backend(int weight, Target target, List<Filter> filters, Telemetry telemetry) {
        this(weight, target, filters, telemetry, Protection.NONE);
    }

    public Backend {
        filters = List.copyOf(filters);
    }
}
