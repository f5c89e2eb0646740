package dev.torii.config.compile;

import dev.torii.config.compile.PolicyScopes.Attached;
import dev.torii.config.resource.TelemetryPolicy;
import dev.torii.config.resource.TelemetryPolicy.When;
import dev.torii.routing.AccessLogging;
import dev.torii.routing.AccessLogging.LoggedHeader;
import dev.torii.routing.Telemetry;
import dev.torii.routing.Tracing;
import dev.torii.routing.Tracing.Force;
import dev.torii.routing.Tracing.Propagation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts policies on each other: lists add up, of anything else the last that sets it is right. */
final class TelemetryMerge {

    private double samplingPercent;
    private Set<Propagation> propagation;
    private final Set<Force> force = new LinkedHashSet<>();
    private final Set<String> tagHeaders = new LinkedHashSet<>();
    private final Map<String, LoggedHeader> requestHeaders = new LinkedHashMap<>();
    private final Map<String, LoggedHeader> responseHeaders = new LinkedHashMap<>();
    private int minStatus;
    private long slowerThanMs;
    private @Nullable Double samplePercent;

    private TelemetryMerge(Tracing unless) {
        samplingPercent = unless.samplingPercent();
        propagation = unless.propagation();
    }

    /**
     * @param unless what holds where no policy says anything
     * @param pod says the last word, but for how a header is shown that a policy names
     * @param policies the least specific first; others than TelemetryPolicies say nothing
     */
    static Telemetry of(Tracing unless, SidecarView.Pod pod, List<Attached> policies) {
        TelemetryMerge merge = new TelemetryMerge(unless);
        for (Attached each : policies) {
            if (each.policy() instanceof TelemetryPolicy policy) {
                merge.add(policy);
            }
        }
        merge.add(pod);
        return new Telemetry(merge.tracing(), merge.log());
    }

    private void add(SidecarView.Pod pod) {
        samplingPercent = pod.samplingPercent() == null ? samplingPercent : pod.samplingPercent();
        pod.logged().forEach(header -> requestHeaders.putIfAbsent(header.name(), header));
    }

    private void add(TelemetryPolicy policy) {
        TelemetryPolicy.Tracing tracing = policy.tracing();
        samplingPercent = tracing.samplingPercent() == null ? samplingPercent : tracing.samplingPercent();
        propagation = tracing.propagation() == null ? propagation : tracing.propagation();
        force.addAll(tracing.force());
        tagHeaders.addAll(tracing.tagHeaders());
        policy.accessLog().requestHeaders().forEach(header -> requestHeaders.put(header.name(), header));
        policy.accessLog().responseHeaders().forEach(header -> responseHeaders.put(header.name(), header));
        When when = policy.accessLog().when();
        minStatus = when.minStatus() == null ? minStatus : when.minStatus();
        slowerThanMs = when.slowerThanMs() == null ? slowerThanMs : when.slowerThanMs();
        samplePercent = when.samplePercent() == null ? samplePercent : when.samplePercent();
    }

    private Tracing tracing() {
        return new Tracing(samplingPercent, propagation, new ArrayList<>(force), new ArrayList<>(tagHeaders));
    }

    /** Who names a condition does not want the others besides, unless he says so. */
    private AccessLogging log() {
        double others = minStatus > 0 || slowerThanMs > 0 ? 0 : AccessLogging.DEFAULT.samplePercent();
        return new AccessLogging(
                List.copyOf(requestHeaders.values()),
                List.copyOf(responseHeaders.values()),
                minStatus,
                slowerThanMs,
                samplePercent == null ? others : samplePercent);
    }
}
