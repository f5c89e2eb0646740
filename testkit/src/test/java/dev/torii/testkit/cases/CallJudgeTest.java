package dev.torii.testkit.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.testkit.cases.CaseCompiler.Called;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CallJudgeTest {

    private static final ObjectName ONE = new ObjectName("mesh", "one");
    private static final ObjectName TWO = new ObjectName("mesh", "two");
    private static final Called SPLIT = new Called("200", Map.of(ONE, 70.0, TWO, 30.0), Map.of("x-set", "a"));
    private static final Called PASSED = new Called(Called.PASSED_THROUGH, Map.of(), Map.of());

    private static List<String> complaints(Called called, String... lines) {
        Case read = CaseParser.parse(Path.of("Some.case"), "=== requests from mesh/app\n" + String.join("\n", lines));
        Step.Calls calls = (Step.Calls) read.steps().get(0);
        assertThat(calls.from()).isEqualTo(new ObjectName("mesh", "app"));
        return CallJudge.complaints(calls.exchanges().get(0), called);
    }

    @Test
    void acceptsWhatIsAsWanted() {
        assertThat(complaints(
                        SPLIT, "GET http://one/ -> 200", "  shared mesh/one 70, mesh/two 30, mesh/three 0, within 1"))
                .isEmpty();
        assertThat(complaints(SPLIT, "GET http://one/ -> 200", "  < X-Set: a", "  < no X-Other"))
                .isEmpty();
        assertThat(complaints(new Called("302", Map.of(), Map.of()), "GET http://one/ -> 302 to /x"))
                .isEmpty();
        assertThat(complaints(PASSED, "GET http://{pod}/ -> 200 from mesh/one", "  < no X-Set"))
                .isEmpty();
    }

    @Test
    void complainsOfWhatIsNot() {
        assertThat(complaints(SPLIT, "GET http://one/ -> 404")).hasSize(1);
        assertThat(complaints(SPLIT, "GET http://one/ -> not 200")).hasSize(1);
        assertThat(complaints(SPLIT, "GET http://one/ -> 200 from mesh/one")).hasSize(1);
        assertThat(complaints(SPLIT, "GET http://one/ -> 200", "  shared mesh/one 50, mesh/two 50, within 5"))
                .hasSize(1);
        assertThat(complaints(SPLIT, "GET http://one/ -> 200", "  < X-Set: b")).hasSize(1);
        assertThat(complaints(SPLIT, "GET http://one/ -> 200", "  < no X-Set")).hasSize(1);
        assertThat(complaints(PASSED, "GET http://{pod}/ -> 200", "  < X-Set: a"))
                .hasSize(1);
    }
}
