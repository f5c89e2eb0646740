package dev.torii.config.select;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.compile.Compiled;
import dev.torii.config.compile.SidecarView;
import dev.torii.config.compile.SnapshotCompiler;
import dev.torii.config.resource.EndpointSlice;
import dev.torii.config.resource.Gateway;
import dev.torii.config.resource.GatewayClass;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.Resource;
import dev.torii.config.resource.ResourceSet;
import dev.torii.config.resource.Service;
import dev.torii.routing.Cluster;
import dev.torii.routing.Directory;
import dev.torii.routing.Mesh;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A proxy that compiles what was selected for it serves what it would of everything, tried with the manifests of all cases,
 * thrown together at random. Repeat a run with {@code -Dtorii.seed=N}.
 */
class SelectionTest {

    private static final int ROUNDS = 60;
    private static final SnapshotCompiler COMPILER = new SnapshotCompiler();

    private final List<ResourceSet> worlds = CaseWorlds.all();

    static LongStream seeds() {
        return LongStream.of(Long.getLong("torii.seed", System.nanoTime()));
    }

    @Test
    void gatewaysServeTheSameByWhatWasSelected() {
        worlds.forEach(SelectionTest::checkGateways);
    }

    @Test
    void sidecarsServeTheSameByWhatWasSelected() {
        Random random = new Random(1);
        worlds.forEach(world -> checkSidecars(world, random));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void soItIsWithAnyMixture(long seed) {
        System.out.println("SelectionTest: -Dtorii.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            ResourceSet world = mixture(random);
            checkGateways(world);
            checkSidecars(world, random);
        }
    }

    /** What is not touched is as it was, and an index that has followed is as good as a new one. */
    @ParameterizedTest
    @MethodSource("seeds")
    void followsChanges(long seed) {
        System.out.println("SelectionTest: -Dtorii.seed=" + seed);
        Random random = new Random(seed);
        SelectionIndex following = new SelectionIndex();
        ResourceSet before = ResourceSet.EMPTY;
        Map<SidecarView, Selection> selected = Map.of();
        for (int round = 0; round < ROUNDS; round++) {
            ResourceSet now = round % 8 == 0 ? mixture(random) : edited(before, random);
            SelectionIndex.Touched touched = following.update(CaseWorlds.catalog(now, before));
            SelectionIndex fresh = SelectionIndex.of(CaseWorlds.catalog(now, ResourceSet.EMPTY));
            List<String> wants = wants(now);
            for (Map.Entry<SidecarView, Selection> each : selected.entrySet()) {
                Selection again = again(fresh, each.getKey(), each.getValue());
                if (!each.getValue().isTouchedBy(touched.ways())) {
                    assertThat(again).isEqualTo(each.getValue());
                }
                if (!each.getValue().isTouchedBy(touched.places())) {
                    assertThat(again).isEqualTo(each.getValue());
                    assertThat(objects(now, again)).isEqualTo(objects(before, each.getValue()));
                }
            }
            selected = views(now, random).stream()
                    .collect(Collectors.toMap(
                            view -> view, view -> following.sidecar(view, addresses(wants)), (a, b) -> a));
            selected.forEach(
                    (view, selection) -> assertThat(selection).isEqualTo(fresh.sidecar(view, addresses(wants))));
            for (Gateway gateway : now.all(Gateway.class)) {
                assertThat(following.gateway(gateway.namespace(), gateway.name()))
                        .isEqualTo(fresh.gateway(gateway.namespace(), gateway.name()));
            }
            before = now;
        }
    }

    private static Selection again(SelectionIndex index, SidecarView view, Selection before) {
        return index.sidecar(
                view,
                before.places().stream()
                        .filter(place -> place.kind().equals("address"))
                        .map(ObjectKey::name)
                        .toList());
    }

    private static List<String> addresses(List<String> wants) {
        return wants.stream().filter(each -> Character.isDigit(each.charAt(0))).toList();
    }

    private ResourceSet mixture(Random random) {
        Set<Resource> all = new HashSet<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            all.addAll(worlds.get(random.nextInt(worlds.size())).all());
        }
        all.removeIf(each -> random.nextInt(12) == 0);
        return ResourceSet.of(all);
    }

    private ResourceSet edited(ResourceSet before, Random random) {
        List<Resource> all = new ArrayList<>(before.all());
        ResourceSet others = worlds.get(random.nextInt(worlds.size()));
        for (int i = random.nextInt(4);
                i >= 0 && !all.isEmpty() && !others.all().isEmpty();
                i--) {
            int at = random.nextInt(all.size());
            if (random.nextBoolean() && all.get(at) instanceof EndpointSlice slice) {
                all.set(at, with(slice, "10.1.2." + random.nextInt(200)));
            } else if (random.nextBoolean()) {
                all.remove(at);
            } else {
                all.add(0, others.all().get(random.nextInt(others.all().size())));
            }
        }
        return ResourceSet.of(all);
    }

    private static EndpointSlice with(EndpointSlice slice, String address) {
        return new EndpointSlice(
                slice.metadata(), slice.service(), slice.addressType(), List.of(address), slice.ports());
    }

    private static void checkGateways(ResourceSet world) {
        SelectionIndex index = SelectionIndex.of(CaseWorlds.catalog(world, ResourceSet.EMPTY));
        for (Gateway gateway : world.all(Gateway.class)) {
            ResourceSet alone = ResourceSet.of(world.all().stream()
                    .filter(each -> !(each instanceof Gateway) || each.equals(gateway))
                    .toList());
            Selection selection = index.gateway(gateway.namespace(), gateway.name());
            Compiled compiled = COMPILER.compile(objects(world, selection));
            assertThat(compiled.snapshot())
                    .as(gateway.path())
                    .isEqualTo(COMPILER.compile(alone).snapshot());
        }
        if (world.all(GatewayClass.class).isEmpty()) {
            assertThat(COMPILER.compile(objects(world, index.sharedGateways())).snapshot())
                    .isEqualTo(COMPILER.compile(world).snapshot());
        }
    }

    private static void checkSidecars(ResourceSet world, Random random) {
        SelectionIndex index = SelectionIndex.of(CaseWorlds.catalog(world, ResourceSet.EMPTY));
        List<String> wants = wants(world);
        for (SidecarView view : views(world, random)) {
            List<String> called =
                    wants.stream().filter(each -> random.nextInt(3) == 0).toList();
            Selection selection = index.sidecar(view, called);
            Compiled some = COMPILER.compile(objects(world, selection), view);
            Compiled all = COMPILER.compile(world, view);
            assertThat(some.snapshot().telemetry()).isEqualTo(all.snapshot().telemetry());
            assertThat(some.snapshot().mesh().inbound())
                    .isEqualTo(all.snapshot().mesh().inbound());
            for (String place : called) {
                assertThat(entry(some, place)).as(place).isEqualTo(entry(all, place));
            }
            // whatever else it has come to know is as it is
            assertThat(some.snapshot().mesh().directory().all())
                    .allSatisfy(entry -> assertThat(entry).isEqualTo(entry(all, named(entry))));
            for (Map.Entry<String, Cluster> cluster : some.snapshot().clusters().entrySet()) {
                assertThat(cluster.getValue()).isEqualTo(all.snapshot().cluster(cluster.getKey()));
            }
        }
    }

    private static String named(Directory.Entry entry) {
        return entry.ports().get(0).name() + "." + entry.ports().get(0).namespace();
    }

    private static Directory.Entry entry(Compiled compiled, String place) {
        Mesh mesh = compiled.snapshot().mesh();
        int dot = place.lastIndexOf('.');
        Directory.Entry at = mesh.directory().at(place);
        return at != null ? at : mesh.directory().named(place.substring(dot + 1), place.substring(0, dot));
    }

    private static List<String> wants(ResourceSet world) {
        List<String> wants = new ArrayList<>(List.of("10.255.255.1", "nobody.shop"));
        for (Service service : world.all(Service.class)) {
            wants.add(service.name() + "." + service.namespace());
            service.clusterIps().stream().filter(each -> !each.equals("None")).forEach(wants::add);
        }
        return wants;
    }

    private static List<SidecarView> views(ResourceSet world, Random random) {
        List<SidecarView> views = new ArrayList<>(List.of(new SidecarView("shop", "", List.of(8080))));
        world.all(Service.class).stream()
                .filter(each -> random.nextInt(3) == 0)
                .limit(5)
                .forEach(each -> views.add(new SidecarView(each.namespace(), each.name(), List.of())));
        return views;
    }

    private static ResourceSet objects(ResourceSet world, Selection selection) {
        Set<ObjectKey> keys = Set.copyOf(selection.objects());
        List<Resource> objects = world.all().stream()
                .filter(each -> keys.contains(ObjectKey.of(each)))
                .toList();
        assertThat(objects).hasSameSizeAs(keys);
        return ResourceSet.of(objects);
    }
}
