package dev.torii.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.cases.Case;
import dev.torii.testkit.cases.CaseBed;
import dev.torii.testkit.cases.Step;
import dev.torii.testkit.cases.TrafficRun;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** The traffic half of {@code src/cases}: requests to a gateway over real sockets. {@code -Dcase=GLOB} picks some. */
@ExtendWith(NoLeaks.class)
class CasesTest {

    private static CaseBed bed;

    @BeforeAll
    static void start() {
        bed = new CaseBed();
    }

    @AfterAll
    static void stop() {
        bed.close();
    }

    @TestFactory
    Stream<DynamicTest> asWritten() {
        return tests(each -> each.has(Step.Requests.class), false);
    }

    /** No rule of the Gateway API cares how a request is spoken. */
    @TestFactory
    Stream<DynamicTest> overHttp2() {
        return tests(Case::hasHttp, true);
    }

    private static Stream<DynamicTest> tests(Predicate<Case> which, boolean alwaysHttp2) {
        TrafficRun.Setting setting = bed.setting(gateway -> new GatewayTarget(), alwaysHttp2);
        return bed.files().all(System.getProperty("case", "*")).stream()
                .filter(which)
                .map(each -> DynamicTest.dynamicTest(each.name(), each.file().toUri(), () -> play(each, setting)));
    }

    private static void play(Case each, TrafficRun.Setting setting) throws Exception {
        List<String> failures = TrafficRun.play(each, setting);
        assertThat(failures).as(each.name()).isEmpty();
    }
}
