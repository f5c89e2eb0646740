package dev.torii.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExchangeListenersTest {

    private final List<String> told = new ArrayList<>();

    private ExchangeListener telling(String name) {
        return new ExchangeListener() {
            @Override
            public void started() {
                told.add(name + " started");
            }

            @Override
            public void ended(ExchangeRecord exchange) {
                told.add(name + " ended " + exchange.path());
            }

            @Override
            public void mirrorDropped() {
                told.add(name + " dropped");
            }

            @Override
            public void healthChecked(String service, boolean healthy) {
                told.add(name + " checked " + service + " " + healthy);
            }
        };
    }

    private static ExchangeListener throwing() {
        return new ExchangeListener() {
            @Override
            public void started() {
                throw new IllegalStateException("our bug");
            }

            @Override
            public void ended(ExchangeRecord exchange) {
                throw new IllegalStateException("our bug");
            }

            @Override
            public void healthChecked(String service, boolean healthy) {
                throw new IllegalStateException("our bug");
            }

            @Override
            public void mirrorDropped() {
                throw new IllegalStateException("our bug");
            }
        };
    }

    @Test
    void oneThatThrowsHarmsNobody() {
        try (Logging quiet = Logging.install(new StreamProbe(), Logging.Format.TEXT, Logging.Verbosity.INFO)) {
            ExchangeListeners all = new ExchangeListeners(List.of(telling("a"), throwing(), telling("b")));
            all.started();
            all.ended(Exchanges.good().path("/x").make());
            all.mirrorDropped();
            all.healthChecked("s", true);
            assertThat(told)
                    .containsExactly(
                            "a started",
                            "b started",
                            "a ended /x",
                            "b ended /x",
                            "a dropped",
                            "b dropped",
                            "a checked s true",
                            "b checked s true");
            assertThat(all.failures()).isEqualTo(4);
            assertThat(quiet.dropped()).isZero();
        }
    }
}
