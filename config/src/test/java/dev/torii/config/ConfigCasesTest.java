package dev.torii.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.compile.Compiled;
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
import dev.torii.testkit.cases.ObjectName;
import dev.torii.testkit.cases.StatusLine.Subject;
import dev.torii.testkit.cases.Step;
import dev.torii.testkit.cases.Symbols;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The config half of {@code src/cases}: status and findings. {@code -Dcase=GLOB} picks some. */
class ConfigCasesTest {

    private static final CaseFiles FILES = CaseFiles.find();
    private static final Symbols SYMBOLS = new CaseCertificates().or(CaseBackends.nobody());

    @TestFactory
    Stream<DynamicTest> cases() {
        return FILES.all(System.getProperty("case", "*")).stream()
                .filter(each -> each.has(Step.Status.class))
                .map(each -> DynamicTest.dynamicTest(each.name(), each.file().toUri(), () -> play(each)));
    }

    private static void play(Case each) {
        List<String> failures = ConfigRun.play(each, FILES, SYMBOLS, ConfigCasesTest::compile);
        assertThat(failures).as(each.name()).isEmpty();
    }

    private static CaseCompiler.Compiled compile(Map<String, String> manifests) {
        List<Resource> resources = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        manifests.forEach((file, text) -> {
            Read read = ManifestReader.parse(file, text);
            resources.addAll(read.resources().all());
            findings.addAll(read.findings());
        });
        Compiled compiled = new SnapshotCompiler().compile(ResourceSet.of(resources));
        findings.addAll(compiled.findings());
        return new CaseCompiler.Compiled(
                statuses(compiled.statuses()),
                findings.stream().map(ConfigCasesTest::seen).toList());
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
                    subject(status), conditions, status.attachedRoutes(), status.supportedKinds(), listeners));
        }
        return seen;
    }

    private static boolean isSameObject(Status one, Status other) {
        return one.kind().equals(other.kind())
                && one.namespace().equals(other.namespace())
                && one.name().equals(other.name());
    }

    private static Subject subject(Status status) {
        @Nullable ParentRef parent = status.parent();
        return new Subject(
                status.kind(),
                new ObjectName(status.namespace(), status.name()),
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
