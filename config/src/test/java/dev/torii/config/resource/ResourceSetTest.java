package dev.torii.config.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.config.resource.LabelSelector.Operator;
import dev.torii.config.resource.LabelSelector.Requirement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResourceSetTest {

    private static Metadata metadata(String namespace, String name) {
        return new Metadata(namespace, name, 0, 0, Map.of("app", "a"), Map.of(), Positions.none("test"));
    }

    private static ConfigMap configMap(String namespace, String name, String value) {
        return new ConfigMap(metadata(namespace, name), Map.of("k", value));
    }

    private static ObjectRef service(String namespace, String name) {
        return new ObjectRef("", "Service", namespace, name);
    }

    @Test
    void orderDoesNotDependOnTheInput() {
        var a = configMap("a", "z", "1");
        var b = configMap("b", "a", "2");
        var namespace = new Namespace(metadata("", "a"));
        var set = ResourceSet.of(List.of(namespace, b, a));
        assertThat(set.all()).containsExactly(a, b, namespace);
        assertThat(set)
                .isEqualTo(ResourceSet.of(List.of(a, namespace, b)))
                .hasSameHashCodeAs(ResourceSet.of(List.of(b, a, namespace)));
        assertThat(set.all(ConfigMap.class)).containsExactly(a, b);
        assertThat(set.all(Secret.class)).isEmpty();
        assertThat(set).isNotEqualTo(ResourceSet.of(List.of(a, b)));
    }

    @Test
    void findsByKindNamespaceAndName() {
        var set = ResourceSet.of(List.of(configMap("a", "x", "1"), new Namespace(metadata("", "a"))));
        assertThat(set.find(ConfigMap.class, "a", "x")).isNotNull();
        assertThat(set.find(ConfigMap.class, "b", "x")).isNull();
        assertThat(set.find(Secret.class, "a", "x")).isNull();
        assertThat(set.find(Namespace.class, "", "a")).isNotNull();
    }

    @Test
    void theFirstOfTwoStays() {
        var first = configMap("a", "x", "1");
        assertThat(ResourceSet.of(List.of(first, configMap("a", "x", "2"))).all())
                .containsExactly(first);
    }

    @Test
    void slicesBelongToTheirService() {
        var slice = new EndpointSlice(metadata("a", "web-1"), "web", "IPv4", List.of(), List.of());
        var other = new EndpointSlice(metadata("b", "web-1"), "web", "IPv4", List.of(), List.of());
        var set = ResourceSet.of(List.of(slice, other));
        assertThat(set.slicesOf("a", "web")).containsExactly(slice);
        assertThat(set.slicesOf("a", "shop")).isEmpty();
    }

    @Test
    void labelsOfANamespaceThatIsNotThere() {
        var set = ResourceSet.of(List.of(new Namespace(metadata("", "a"))));
        assertThat(set.labelsOfNamespace("a"))
                .containsOnly(Map.entry("app", "a"), Map.entry("kubernetes.io/metadata.name", "a"));
        assertThat(set.labelsOfNamespace("b")).containsOnly(Map.entry("kubernetes.io/metadata.name", "b"));
    }

    @Test
    void aGrantMustFitInEveryPart() {
        var route = new TcpRoute(metadata("a", "r"), List.of(), null, List.of());
        assertThat(grant("b", "TCPRoute", "a", "Service", "s").permits(route, service("b", "s")))
                .isTrue();
        assertThat(grant("b", "TCPRoute", "a", "Service", null).permits(route, service("b", "s")))
                .isTrue();
        assertThat(grant("c", "TCPRoute", "a", "Service", null).permits(route, service("b", "s")))
                .isFalse();
        assertThat(grant("a", "TCPRoute", "a", "Service", null).permits(route, service("b", "s")))
                .isFalse();
        assertThat(grant("b", "HTTPRoute", "a", "Service", null).permits(route, service("b", "s")))
                .isFalse();
        assertThat(grant("b", "TCPRoute", "c", "Service", null).permits(route, service("b", "s")))
                .isFalse();
        assertThat(grant("b", "TCPRoute", "a", "Secret", null).permits(route, service("b", "s")))
                .isFalse();
        assertThat(grant("b", "TCPRoute", "a", "Service", "t").permits(route, service("b", "s")))
                .isFalse();
        assertThat(ResourceSet.EMPTY.permits(route, service("a", "s"))).isTrue();
        assertThat(ResourceSet.EMPTY.permits(route, service("b", "s"))).isFalse();
    }

    private static ResourceSet grant(String in, String kind, String from, String toKind, String name) {
        return ResourceSet.of(List.of(new ReferenceGrant(
                metadata(in, "g"),
                List.of(new ReferenceGrant.From(Resource.GATEWAY_GROUP, kind, from)),
                List.of(new ReferenceGrant.To("", toKind, name)))));
    }

    @Test
    void selectors() {
        Map<String, String> labels = Map.of("tier", "edge", "env", "prod");
        assertThat(select("tier", Operator.IN, "edge", "core").matches(labels)).isTrue();
        assertThat(select("tier", Operator.IN, "core").matches(labels)).isFalse();
        assertThat(select("none", Operator.IN, "core").matches(labels)).isFalse();
        assertThat(select("tier", Operator.NOT_IN, "core").matches(labels)).isTrue();
        assertThat(select("none", Operator.NOT_IN, "core").matches(labels)).isTrue();
        assertThat(select("tier", Operator.NOT_IN, "edge").matches(labels)).isFalse();
        assertThat(select("tier", Operator.EXISTS).matches(labels)).isTrue();
        assertThat(select("none", Operator.EXISTS).matches(labels)).isFalse();
        assertThat(select("none", Operator.DOES_NOT_EXIST).matches(labels)).isTrue();
        assertThat(select("tier", Operator.DOES_NOT_EXIST).matches(labels)).isFalse();
        assertThat(new LabelSelector(Map.of("env", "prod"), List.of()).matches(labels))
                .isTrue();
        assertThat(new LabelSelector(Map.of("env", "test"), List.of()).matches(labels))
                .isFalse();
        assertThat(new LabelSelector(Map.of(), List.of()).matches(Map.of())).isTrue();
    }

    private static LabelSelector select(String key, Operator operator, String... values) {
        return new LabelSelector(Map.of(), List.of(new Requirement(key, operator, List.of(values))));
    }

    @Test
    void secretsDoNotShow() {
        assertThat(new Secret(metadata("a", "s"), "Opaque", Map.of("tls.key", "hush")).toString())
                .contains("a/s", "tls.key")
                .doesNotContain("hush");
    }
}
