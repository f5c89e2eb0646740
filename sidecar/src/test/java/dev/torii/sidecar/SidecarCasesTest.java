package dev.torii.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.NoLeaks;
import dev.torii.testkit.cases.Case;
import dev.torii.testkit.cases.CaseBed;
import dev.torii.testkit.cases.Step;
import dev.torii.testkit.cases.TrafficRun;
import dev.torii.testkit.cases.Way;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** The traffic half of the mesh's {@code src/cases}: calls through sidecars over real sockets. {@code -Dcase=GLOB} picks some. */
@ExtendWith(NoLeaks.class)
class SidecarCasesTest {

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
    Stream<DynamicTest> asAProxy() {
        return tests(Way.PROXY);
    }

    @TestFactory
    Stream<DynamicTest> byAddress() {
        return tests(Way.TUNNEL);
    }

    private static Stream<DynamicTest> tests(Way way) {
        TrafficRun.Setting setting = bed.sidecars(SidecarTarget::new, way);
        return bed.files().all(System.getProperty("case", "*")).stream()
                .filter(each -> each.has(Step.Calls.class))
                .map(each -> DynamicTest.dynamicTest(each.name(), each.file().toUri(), () -> play(each, setting)));
    }

    private static void play(Case each, TrafficRun.Setting setting) throws Exception {
        List<String> failures = TrafficRun.play(each, setting);
        assertThat(failures).as(each.name()).isEmpty();
    }
}
