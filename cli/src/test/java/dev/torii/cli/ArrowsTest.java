package dev.torii.cli;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import org.jspecify.annotations.NullMarked;

/**
 * Who may see whom, and what each room may not touch: the tables of {@code RATIONALE.md}, read off the byte code.
 * Enforcer says the same of the POMs; this also sees a JDK class and a package inside a module.
 */
@AnalyzeClasses(packages = "dev.torii", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArrowsTest {

    private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("dev.torii..");

    @ArchTest
    static final ArchRule routingSeesItself = sees("routing");

    @ArchTest
    static final ArchRule configSeesRouting = sees("config", "routing");

    @ArchTest
    static final ArchRule proxySeesRouting = sees("proxy", "routing");

    @ArchTest
    static final ArchRule gatewaySeesBothHalves = sees("gateway", "routing", "config", "proxy");

    @ArchTest
    static final ArchRule sidecarSeesBothHalves = sees("sidecar", "routing", "config", "proxy");

    @ArchTest
    static final ArchRule consoleSeesItself = sees("console");

    @ArchTest
    static final ArchRule kubeSeesItself = sees("kube");

    @ArchTest
    static final ArchRule injectorSeesItselfAndItsCluster = sees("injector", "kube");

    @ArchTest
    static final ArchRule controlSeesConfigurationAndItsCluster = sees("control", "routing", "config", "kube");

    /** The init container's part runs alone: nothing else of Torii, and no Vert.x, is loaded for it. */
    @ArchTest
    static final ArchRule captureSeesTheJdk = noClasses()
            .that()
            .resideInAPackage("dev.torii.sidecar.capture..")
            .should()
            .dependOnClassesThat(not(resideInAnyPackage("dev.torii.sidecar.capture..", "java..", "org.jspecify..")));

    @ArchTest
    static final ArchRule nobodySeesTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage("dev.torii.cli..")
            .should()
            .dependOnClassesThat(inRooms("cli"));

    @ArchTest
    static final ArchRule routingIsPure = noClasses()
            .that()
            .resideInAPackage("dev.torii.routing..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "java.io..",
                            "java.net..",
                            "java.nio..",
                            "java.time..",
                            "java.util.concurrent..",
                            "java.util.logging..",
                            "java.util.regex..")
                    .or(assignableTo(Thread.class))
                    .and(not(belongToAnyOf(
                            URI.class, URISyntaxException.class, URLDecoder.class, StandardCharsets.class)))
                    // what a mesh remembers is asked for on any thread
                    .and(not(belongToAnyOf(ConcurrentHashMap.class))))
            .because("routing may not touch I/O, threads, clocks or logging");

    @ArchTest
    static final ArchRule proxyLeavesTheProcessAlone = noClasses()
            .that()
            .resideInAPackage("dev.torii.proxy..")
            .should()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "exit", int.class);

    @ArchTest
    static final ArchRule tracingHasOneHome =
            onlyIn("dev.torii.proxy.telemetry..", "io.opentelemetry.api..", "io.opentelemetry.sdk..");

    @ArchTest
    static final ArchRule otlpIsReadInOnePlace =
            onlyIn("dev.torii.console.otlp..", "io.opentelemetry.proto..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule breakersHaveOneHome = onlyIn("dev.torii.proxy.upstream..", "io.github.resilience4j..");

    /** Whoever has no health checks loads none of it. */
    @ArchTest
    static final ArchRule webClientHasOneHome =
            onlyIn("dev.torii.proxy.upstream.health..", "io.vertx.ext.web.client..", "io.vertx.ext.web.codec..");

    @ArchTest
    static final ArchRule yamlHasOneHome = onlyIn("dev.torii.config..", "org.snakeyaml..");

    /** A proxy that is given its configuration by files or by control loads none of it. */
    @ArchTest
    static final ArchRule clustersAreWatchedInOnePlace = noClasses()
            .that()
            .resideInAnyPackage("dev.torii.config..", "dev.torii.gateway..", "dev.torii.sidecar..")
            .and()
            .resideOutsideOfPackage("dev.torii.config.cluster..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.fabric8.."));

    @ArchTest
    static final ArchRule noCycles = SlicesRuleDefinition.slices()
            .matching("dev.torii.(**)")
            .should()
            .beFreeOfCycles()
            // The proxy's own package holds the nouns that its parts share and the wiring that joins them.
            .ignoreDependency(resideInAPackage("dev.torii.proxy"), alwaysTrue());

    @ArchTest
    static final ArchRule noStaticState = fields().that().areStatic().should().beFinal();

    @ArchTest
    static final ArchRule namesSayWhatAThingIs = classes()
            .that()
            .areNotAssignableTo(KeyManager.class)
            .should()
            .haveNameNotMatching(".*(Manager|Helper|Helpers|Util|Utils|Impl|Base|Info|Data)(\\$.*)?$")
            .because("these words say nothing about a class");

    @ArchTest
    static void everyPackageIsNullMarked(JavaClasses all) {
        List<String> unmarked = all.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(p -> !p.isAnnotatedWith(NullMarked.class))
                .map(p -> p.getName())
                .toList();
        assertThat(unmarked).as("packages without @NullMarked").isEmpty();
    }

    private static ArchRule sees(String room, String... others) {
        String[] allowed = Stream.concat(Stream.of(room), Stream.of(others)).toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage("dev.torii." + room + "..")
                .should()
                .dependOnClassesThat(OURS.and(not(inRooms(allowed))));
    }

    private static DescribedPredicate<JavaClass> inRooms(String... rooms) {
        return resideInAnyPackage(
                Stream.of(rooms).map(r -> "dev.torii." + r + "..").toArray(String[]::new));
    }

    private static ArchRule onlyIn(String home, String... libraries) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(home, "dev.torii.testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries);
    }
}
