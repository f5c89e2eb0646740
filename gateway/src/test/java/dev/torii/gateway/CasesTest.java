package dev.torii.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.cases.Case;
import dev.torii.testkit.cases.CaseBackends;
import dev.torii.testkit.cases.CaseCertificates;
import dev.torii.testkit.cases.CaseFiles;
import dev.torii.testkit.cases.Step;
import dev.torii.testkit.cases.TrafficRun;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The traffic half of {@code src/cases}: requests to a gateway over real sockets. {@code -Dcase=GLOB} picks some. */
class CasesTest {

    private static Vertx vertx;
    private static CaseBackends backends;
    private static TrafficRun.Setting setting;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        CaseCertificates certificates = new CaseCertificates();
        backends = new CaseBackends(vertx, certificates);
        setting = new TrafficRun.Setting(CaseFiles.find(), vertx, certificates, backends, GatewayTarget::new);
    }

    @AfterAll
    static void stop() {
        backends.close();
        vertx.close().await();
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return setting.files().all(System.getProperty("case", "*")).stream()
                .filter(each -> each.has(Step.Requests.class))
                .map(each -> DynamicTest.dynamicTest(each.name(), each.file().toUri(), () -> play(each)));
    }

    private static void play(Case each) throws Exception {
        List<String> failures = TrafficRun.play(each, setting);
        assertThat(failures).as(each.name()).isEmpty();
    }
}
