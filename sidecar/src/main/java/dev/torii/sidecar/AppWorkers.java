package dev.torii.sidecar;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many of the app's workers are idle, which its sidecar knows by what it has given to the app: an app with a bounded
 * number of workers need not tell. Hears of inbound exchanges only. Safe on any thread.
 */
final class AppWorkers implements ExchangeListener {

    private final Sidecar.Workers workers;
    private final AtomicInteger busy = new AtomicInteger();

    /** @param registry is told of them when their number is known */
    AppWorkers(Sidecar.Workers workers, PrometheusRegistry registry) {
        this.workers = workers;
        if (workers.count() > 0) {
            GaugeWithCallback.builder()
                    .name("torii_app_workers")
                    .help("Requests that the app works on at a time, as the sidecar was told.")
                    .callback(gauge -> gauge.call(workers.count()))
                    .register(registry);
            GaugeWithCallback.builder()
                    .name("torii_app_workers_idle")
                    .help("How many more it could work on now.")
                    .callback(gauge -> gauge.call(idle()))
                    .register(registry);
        }
    }

    private int idle() {
        return Math.max(0, workers.count() - busy.get());
    }

    /** Why no further request should come, when that matters. */
    Optional<String> notReady() {
        boolean full = workers.neededToBeReady() && idle() == 0;
        return full ? Optional.of("no idle worker: the app has " + workers.count()) : Optional.empty();
    }

    @Override
    public void started() {
        busy.incrementAndGet();
    }

    @Override
    public void ended(ExchangeRecord exchange) {
        busy.decrementAndGet();
    }
}
