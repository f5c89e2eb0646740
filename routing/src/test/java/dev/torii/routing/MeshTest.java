package dev.torii.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeshTest {

    private static final Mesh MESH = Mesh.of(
            "shop",
            List.of(
                    destination("bank", "reviews", List.of("10.96.0.2"), 80),
                    destination("shop", "reviews", List.of("10.96.0.1", "fd00::1"), 80),
                    destination("shop", "reviews", List.of("10.96.0.1", "fd00::1"), 8080),
                    destination("shop", "taken", List.of("10.96.0.2"), 80),
                    destination("svc", "reviews", List.of(), 80)),
            List.of(new InboundPort(8080, Speaks.HTTP, listener("shop/web:8080"))));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reviews",
                "reviews.shop",
                "reviews.shop.svc",
                "reviews.shop.svc.cluster.local",
                "Reviews.SHOP.svc.Cluster.Local",
                "reviews.shop.svc.cluster.local.",
                "reviews.",
                "10.96.0.1",
                "fd00::1",
                "[fd00::1]",
                "FD00:0:0:0:0:0:0:1",
                "::ffff:10.96.0.1",
            })
    void aServiceHasManySpellings(String host) {
        assertThat(service(MESH, host, 80)).isEqualTo("shop/reviews:80");
    }

    @Test
    void itTellsWhoWasCalledLately() {
        Mesh mesh = Mesh.of("shop", MESH.destinations(), List.of());
        assertThat(mesh.calledLately(Set.of())).isEmpty();
        assertThat(mesh.unknown("reviews")).isNull();
        assertThat(mesh.calledLately(Set.of())).as("nobody called it").isEmpty();
        service(mesh, "reviews.shop.svc", 80);
        service(mesh, "10.96.0.1", 8080);
        assertThat(mesh.calledLately(Set.of())).containsExactly("reviews.shop", "10.96.0.1", "fd00::1");
        assertThat(mesh.calledLately(Set.of())).isEmpty();
        assertThat(mesh.calledLately(Set.of("svc/reviews", "gone/reviews"))).containsExactly("reviews.svc");
        service(mesh, "reviews.shop.svc", 80);
        assertThat(mesh.calledLately(Set.of())).as("again").contains("reviews.shop");
    }

    @ParameterizedTest
    @CsvSource({
        "reviews.bank, 80, bank/reviews:80",
        "reviews.svc, 80, svc/reviews:80",
        "reviews.svc.svc, 80, svc/reviews:80",
        "reviews, 8080, shop/reviews:8080",
        "10.96.0.1, 8080, shop/reviews:8080",
        "10.96.0.2, 80, bank/reviews:80",
    })
    void nameAndPortDecide(String host, int port, String expected) {
        assertThat(service(MESH, host, port)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "reviews, 81",
        "reviews.svc.cluster.local, 80",
        "reviews.shop.svc.example, 80",
        "reviews.shop.example, 80",
        "www.reviews.shop, 80",
        "example.com, 443",
        "10.1.2.3, 80",
        "fd00::2, 80",
        "'', 80",
        "., 80",
        ":, 80",
        ".svc, 80",
    })
    void whatNoServiceOwnsHasNoDestination(String host, int port) {
        assertThat(MESH.destination(host, port)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "tax, tax.shop",
        "Tax.Bank.svc.cluster.local., tax.bank",
        "10.0.0.9, 10.0.0.9",
        "[FD00::9], fd00::9",
        "reviews,",
        "reviews.bank.svc,",
        "10.96.0.1,",
        "api.shop.example,",
        ".tax,"
    })
    void whatIsNotKnownIsAskedForInOneSpelling(String host, String expected) {
        assertThat(MESH.unknown(host)).isEqualTo(expected);
    }

    @Test
    void inboundPortsAreFoundByNumber() {
        assertThat(MESH.inbound(8080))
                .isNotNull()
                .extracting(InboundPort::speaks)
                .isEqualTo(Speaks.HTTP);
        assertThat(MESH.inbound(8081)).isNull();
        assertThat(Mesh.NONE.inbound(8080)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "fe80::1%eth0, fe80::1",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "::ffff:192.0.2.33, 192.0.2.33",
        "[::1], ::1",
        "10.0.0.1, 10.0.0.1",
        "1:2:3, 1:2:3",
        "1::2::3, 1::2::3",
        "::1.2.3.4:1, ::1.2.3.4:1",
        "1:2:3:4:5:6:7:8:9, 1:2:3:4:5:6:7:8:9",
        "::10000, ::10000",
        "[, [",
        "[:, [:",
    })
    void addressesHaveOneSpelling(String text, String expected) {
        assertThat(IpText.canonical(text)).isEqualTo(expected);
    }

    private static @Nullable String service(Mesh mesh, String host, int port) {
        Destination found = mesh.destination(host, port);
        return found == null ? null : found.service() + ":" + found.port();
    }

    @Test
    void aServiceIsMadeWithItsFirstCallAndKept() {
        List<String> made = new ArrayList<>();
        Mesh mesh = Mesh.of("shop", new Recorder(made), List.of());
        assertThat(mesh.known()).isEmpty();
        Destination first = mesh.destination("reviews", 80);
        assertThat(mesh.destination("reviews.shop.svc", 80)).isSameAs(first);
        assertThat(mesh.destination("10.96.0.1", 80)).isSameAs(first);
        assertThat(mesh.destination("10.96.0.1", 81)).isNull();
        assertThat(mesh.destination("nobody.shop", 80)).isNull();
        assertThat(mesh.known()).extracting(Directory.Entry::service).containsExactly("shop/reviews");
        made.clear();
        mesh.destination("REVIEWS", 80);
        mesh.destination("reviews.shop.svc", 80);
        assertThat(made).isEmpty();
    }

    @Test
    void aClusterIsFoundByItsKeyThoughNobodyHasCalledItsService() {
        Mesh mesh = Mesh.of("shop", new Recorder(new ArrayList<>()), List.of());
        Snapshot snapshot = new Snapshot("v1", List.of(), Map.of(), mesh);
        assertThat(snapshot.cluster("shop/reviews:80")).isEqualTo(Recorder.CLUSTER);
        assertThat(snapshot.cluster("shop/reviews:81")).isNull();
        assertThat(snapshot.cluster("shop/nobody:80")).isNull();
        assertThat(snapshot.cluster("10.0.0.1:80")).isNull();
    }

    /** One Service, {@code shop/reviews}. */
    private record Recorder(List<String> made) implements Directory {

        static final Cluster CLUSTER = new Cluster(
                "shop/reviews:80",
                "shop/reviews",
                Cluster.Protocol.AS_CLIENT,
                List.of(new Endpoint("10.0.0.1", 8080)),
                LoadBalancing.DEFAULT,
                ConnectionSettings.DEFAULT,
                null,
                null);

        private Entry make() {
            made.add("shop/reviews");
            return new Entry(
                    List.of(destination("shop", "reviews", List.of("10.96.0.1"), 80)), Map.of(CLUSTER.key(), CLUSTER));
        }

        @Override
        public @Nullable Entry named(String namespace, String name) {
            return namespace.equals("shop") && name.equals("reviews") ? make() : null;
        }

        @Override
        public @Nullable Entry at(String address) {
            return address.equals("10.96.0.1") ? make() : null;
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public Stream<Entry> all() {
            return Stream.of(make());
        }
    }

    private static Destination destination(String namespace, String name, List<String> addresses, int port) {
        return new Destination(
                namespace, name, addresses, port, Speaks.HTTP, listener(namespace + "/" + name + ":" + port));
    }

    private static Listener listener(String name) {
        return new Listener(
                name,
                Listener.Protocol.HTTP,
                HostPattern.ANY,
                List.of(),
                ListenerSettings.DEFAULT,
                RouteTable.EMPTY,
                StreamTable.EMPTY);
    }
}
