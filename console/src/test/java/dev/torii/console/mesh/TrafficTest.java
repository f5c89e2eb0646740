package dev.torii.console.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.torii.console.mesh.Traffic.Flow;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rates and quantiles out of counters that are looked at now and then. */
final class TrafficTest {

    private static final long SECOND = 1_000_000_000L;

    private final Traffic traffic = new Traffic();

    @Test
    void aRateIsWhatWasCountedBetweenTwoLooks() {
        look(0, counts(100, 100, 100), counts(7, 7, 7));
        assertThat(flows(60, 0)).isEmpty();
        look(10, counts(150, 190, 200), counts(17, 17, 17));
        Flow flow = flows(60, 10).get("shop/cart");
        assertThat(flow.rate()).isEqualTo(11);
        assertThat(flow.tally().errorRate()).isCloseTo(10.0 / 110, within(1e-9));
        assertThat(flow.tally().flags()).isEqualTo(Map.of("UT", 10.0));
    }

    @Test
    void aWindowLeavesOutWhatIsOlder() {
        look(0, counts(0, 0, 0), counts(0, 0, 0));
        look(10, counts(0, 0, 1_000), counts(0, 0, 0));
        look(20, counts(0, 0, 1_020), counts(0, 0, 0));
        assertThat(flows(10, 20).get("shop/cart").rate()).isEqualTo(2);
        assertThat(flows(15, 20).get("shop/cart").rate()).isEqualTo(51);
        look(400, counts(0, 0, 1_020), counts(0, 0, 0));
        assertThat(flows(300, 400)).isEmpty();
    }

    @Test
    void aProxyThatRestartedCountsFromNothing() {
        look(0, counts(500, 500, 500), counts(0, 0, 0));
        look(10, counts(20, 20, 20), counts(0, 0, 0));
        assertThat(flows(60, 10).get("shop/cart").rate()).isEqualTo(2);
    }

    @Test
    void aSeriesThatIsNewCountsFromTheStart() {
        look(0, counts(0, 0, 0), counts(0, 0, 0));
        traffic.add(
                Scrape.read(page(counts(0, 0, 0), counts(0, 0, 0)) + line("200", "", "shop/pay", "+Inf", 30)),
                10 * SECOND);
        assertThat(flows(60, 10).get("shop/pay").rate()).isEqualTo(3);
    }

    @Test
    void quantilesLieBetweenTheBoundsOfTheirBucket() {
        look(0, counts(0, 0, 0), counts(0, 0, 0));
        look(10, counts(50, 90, 100), counts(0, 0, 0));
        Tally tally = flows(60, 10).get("shop/cart").tally();
        assertThat(tally.quantileMicros(0.5)).isEqualTo(10_000);
        assertThat(tally.quantileMicros(0.25)).isEqualTo(5_000);
        assertThat(tally.quantileMicros(0.7)).isEqualTo(10_000 + 90_000 / 2);
        assertThat(tally.quantileMicros(0.99)).as("beyond all bounds").isEqualTo(100_000);
        assertThat(new Tally().quantileMicros(0.5)).isZero();
    }

    private Map<String, Flow> flows(int seconds, int now) {
        return traffic.flows(seconds, now * SECOND, Scrape.Key::service);
    }

    private void look(int second, int[] ok, int[] failed) {
        traffic.add(Scrape.read(page(ok, failed)), second * SECOND);
    }

    private static int[] counts(int upTo10ms, int upTo100ms, int all) {
        return new int[] {upTo10ms, upTo100ms, all};
    }

    private static String page(int[] ok, int[] failed) {
        return lines("200", "", ok) + lines("504", "UT", failed);
    }

    private static String lines(String status, String flag, int[] counts) {
        return line(status, flag, "shop/cart", "0.01", counts[0])
                + line(status, flag, "shop/cart", "0.1", counts[1])
                + line(status, flag, "shop/cart", "+Inf", counts[2]);
    }

    private static String line(String status, String flag, String service, String le, int count) {
        return "http_server_request_duration_seconds_bucket{http_response_status_code=\"" + status
                + "\",http_route=\"shop/all/0\",torii_flag=\"" + flag + "\",torii_role=\"gateway\",torii_service=\""
                + service + "\",le=\"" + le + "\"} " + count + "\n";
    }
}
