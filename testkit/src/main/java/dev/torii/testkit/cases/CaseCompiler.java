package dev.torii.testkit.cases;

import dev.torii.testkit.cases.StatusLine.Subject;
import java.util.List;
import java.util.Map;

/** Whatever turns manifests into status and findings: the seam of the cases' config half. */
@FunctionalInterface
public interface CaseCompiler {

    /**
     * Compiles what one gateway process would serve, and what has to do with sidecars.
     *
     * @param manifests text by file name
     */
    Compiled compile(Map<String, String> manifests);

    /**
     * What a sidecar would do with a request of its app.
     *
     * @param from the app's Service
     */
    default Called call(Map<String, String> manifests, ObjectName from, Exchange exchange) {
        throw new IllegalArgumentException("this compiler knows no sidecars");
    }

    /** What came of it. */
    record Compiled(List<SeenStatus> statuses, List<SeenFinding> findings) {
        public Compiled {
            statuses = List.copyOf(statuses);
            findings = List.copyOf(findings);
        }
    }

    /**
     * What becomes of a request.
     *
     * @param status of HTTP or gRPC; {@link #PASSED_THROUGH} when no Service is its destination
     * @param shares percent by Service; empty when no backend answers
     * @param answerHeaders what the sidecar sets in the answer, names in lower case
     */
    record Called(String status, Map<ObjectName, Double> shares, Map<String, String> answerHeaders) {

        public static final String PASSED_THROUGH = "passed through";

        public Called {
            shares = Map.copyOf(shares);
            answerHeaders = Map.copyOf(answerHeaders);
        }
    }

    /**
     * What the status of one subject says.
     *
     * @param conditions by type
     * @param attachedRoutes of a listener, else 0
     * @param supportedKinds of a listener, else empty
     * @param listeners of a Gateway or ListenerSet, else 0
     * @param attachedListenerSets of a Gateway, else 0
     */
    record SeenStatus(
            Subject subject,
            Map<String, SeenCondition> conditions,
            int attachedRoutes,
            List<String> supportedKinds,
            int listeners,
            int attachedListenerSets) {
        public SeenStatus {
            conditions = Map.copyOf(conditions);
            supportedKinds = List.copyOf(supportedKinds);
        }
    }

    record SeenCondition(boolean status, String reason, String message) {}

    /** @param severity {@code error} or {@code warning} */
    record SeenFinding(String severity, String file, int line, String reason, String message) {}
}
