package dev.torii.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.compile.SidecarView;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.compile.Status;
import dev.torii.config.resource.ParentRef;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.source.ManifestReader;
import dev.torii.config.source.Read;
import dev.torii.testkit.cases.Case;
import dev.torii.testkit.cases.CaseBackends;
import dev.torii.testkit.cases.CaseCertificates;
import dev.torii.testkit.cases.CaseCompiler;
import dev.torii.testkit.cases.CaseCompiler.SeenCondition;
import dev.torii.testkit.cases.CaseCompiler.SeenFinding;
import dev.torii.testkit.cases.CaseCompiler.SeenStatus;
import dev.torii.testkit.cases.CaseFiles;
import dev.torii.testkit.cases.ConfigRun;
import dev.torii.testkit.cases.Exchange;
import dev.torii.testkit.cases.ObjectName;
import dev.torii.testkit.cases.StatusLine.Subject;
import dev.torii.testkit.cases.Step;
import dev.torii.testkit.cases.Symbols;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The config half of {@code src/cases}: status, findings, and calls through sidecars. {@code -Dcase=GLOB} picks some. */
class ConfigCasesTest {

    private static final CaseFiles FILES = CaseFiles.find();
    private static final Symbols SYMBOLS = new CaseCertificates().or(CaseBackends.nobody());

    @TestFactory
    Stream<DynamicTest> cases() {
        return FILES.all(System.getProperty("case", "*")).stream()
                .filter(each ->
                        each.has(Step.Status.class) || each.has(Step.Findings.class) || each.has(Step.Calls.class))
                .map(each -> DynamicTest.dynamicTest(each.name(), each.file().toUri(), () -> play(each)));
    }

    private static void play(Case each) {
        List<String> failures = ConfigRun.play(each, FILES, SYMBOLS, new Compiler());
        assertThat(failures).as(each.name()).isEmpty();
    }

    private static final class Compiler implements CaseCompiler {

        @Override
        public CaseCompiler.Compiled compile(Map<String, String> manifests) {
            Set<Finding> findings = new TreeSet<>();
            ResourceSet resources = read(manifests, findings);
            var gateway = new SnapshotCompiler().compile(resources);
            var mesh = new SnapshotCompiler().compile(resources, SidecarView.NOBODY);
            findings.addAll(gateway.findings());
            findings.addAll(mesh.findings());
            List<Status> statuses = new ArrayList<>(gateway.statuses());
            statuses.addAll(mesh.statuses());
            return new CaseCompiler.Compiled(
                    statuses(statuses),
                    findings.stream().map(ConfigCasesTest::seen).toList());
        }

        @Override
        public Called call(Map<String, String> manifests, ObjectName from, Exchange exchange) {
            SidecarView view = new SidecarView(from.namespace(), from.name(), List.of());
            var compiled = new SnapshotCompiler().compile(read(manifests, new TreeSet<>()), view);
            return CalledSidecar.ask(compiled.snapshot(), exchange);
        }

        private static ResourceSet read(Map<String, String> manifests, Set<Finding> findings) {
            List<Resource> resources = new ArrayList<>();
            manifests.forEach((file, text) -> {
                Read read = ManifestReader.parse(file, text);
                resources.addAll(read.resources().all());
                findings.addAll(read.findings());
            });
            return ResourceSet.of(resources);
        }
    }

    private static List<SeenStatus> statuses(List<Status> statuses) {
        List<SeenStatus> seen = new ArrayList<>();
        for (Status status : statuses) {
            Map<String, SeenCondition> conditions = new HashMap<>();
            status.conditions()
                    .forEach(c -> conditions.put(c.type(), new SeenCondition(c.holds(), c.reason(), c.message())));
            int listeners = (int) statuses.stream()
                    .filter(other -> other.listener() != null && isSameObject(other, status))
                    .count();
            seen.add(new SeenStatus(
                    subject(status),
                    conditions,
                    status.attachedRoutes(),
                    status.supportedKinds(),
                    listeners,
                    status.attachedListenerSets()));
        }
        return seen;
    }

    private static boolean isSameObject(Status one, Status other) {
        return one.object().equals(other.object());
    }

    private static Subject subject(Status status) {
        @Nullable ParentRef parent = status.parent();
        return new Subject(
                status.kind(),
                new ObjectName(status.namespace(), status.name()),
                parent == null ? "" : parent.target().kind(),
                parent == null
                        ? null
                        : new ObjectName(
                                parent.target().namespace(), parent.target().name()),
                parent == null ? null : parent.sectionName(),
                parent == null ? null : parent.port(),
                status.listener());
    }

    private static SeenFinding seen(Finding finding) {
        Position position = finding.position();
        return new SeenFinding(
                finding.severity().toString(), position.file(), position.line(), finding.reason(), finding.message());
    }
}
