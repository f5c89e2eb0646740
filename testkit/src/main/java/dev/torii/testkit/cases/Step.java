package dev.torii.testkit.cases;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One section of a case. */
public sealed interface Step {

    /** Of its {@code ===} line. */
    int line();

    /**
     * {@code === manifests}: these documents are served from here on.
     *
     * @param body the section's lines
     */
    record Apply(int line, List<String> body) implements Step {
        public Apply {
            body = List.copyOf(body);
        }
    }

    /** {@code === delete KIND NAME}. */
    record Delete(int line, String kind, ObjectName object) implements Step {}

    /** {@code === status}. */
    record Status(int line, List<StatusLine> lines) implements Step {
        public Status {
            lines = List.copyOf(lines);
        }
    }

    /**
     * {@code === requests from NAMESPACE/SERVICE}: made by the app of that Service, through its sidecar. A URL's host may
     * be a name in braces, which stands for a pod.
     */
    record Calls(int line, ObjectName from, List<Exchange> exchanges) implements Step {
        public Calls {
            exchanges = List.copyOf(exchanges);
        }
    }

    /** {@code === findings}: all the errors there are, and some of the warnings. */
    record Findings(int line, List<FindingLine> lines) implements Step {
        public Findings {
            lines = List.copyOf(lines);
        }
    }

    /**
     * {@code === requests to GATEWAY, trusting NAME}.
     *
     * @param trusting the certificate that TLS clients trust, or null
     */
    record Requests(int line, ObjectName gateway, @Nullable String trusting, List<Exchange> exchanges) implements Step {
        public Requests {
            exchanges = List.copyOf(exchanges);
        }
    }
}
