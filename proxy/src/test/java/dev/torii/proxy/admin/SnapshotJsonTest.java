package dev.torii.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.torii.routing.Mesh;
import dev.torii.routing.RouteTable;
import dev.torii.routing.StreamTable;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SnapshotJsonTest {

    private final Set<String> leaves = new TreeSet<>();
    private final Set<Class<?>> met = new HashSet<>();

    /** Fails when a noun of routing learns something new that the page does not tell, or the sample does not have. */
    @Test
    void everythingInASnapshotIsTold() throws Exception {
        walk(SampleSnapshot.make());
        String json = SnapshotJson.of(SampleSnapshot.make()).encode().replace("\\/", "/");
        assertThat(leaves)
                .contains("1021", "no_valid_ca", "spiffe://x")
                .allSatisfy(leaf -> assertThat(json).contains(leaf));
        for (Class<?> type : met) {
            for (Class<?> parent : type.getInterfaces()) {
                if (parent.isSealed()) {
                    assertThat(met).contains(parent.getPermittedSubclasses());
                }
            }
        }
    }

    @Test
    void secretsAreNot() {
        String json = SnapshotJson.of(SampleSnapshot.make()).encode();
        assertThat(json)
                .doesNotContain(SampleSnapshot.SECRET)
                .contains("\"keyPem\":\"***\"", "\"uri\":\"redis://***@redis:1036\"", "redis://***@redis:1046");
    }

    private void walk(@Nullable Object value) throws ReflectiveOperationException {
        if (value instanceof Record) {
            met.add(value.getClass());
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                walk(component.getAccessor().invoke(value));
            }
        } else if (value instanceof Collection<?> many) {
            for (Object one : many) {
                walk(one);
            }
        } else if (value instanceof Map<?, ?> map) {
            walk(map.values());
        } else if (value instanceof RouteTable table) {
            walk(table.rules());
        } else if (value instanceof StreamTable table) {
            walk(table.routes());
        } else if (value instanceof Mesh mesh) {
            walk(List.of(mesh.namespace(), mesh.destinations(), mesh.inbound()));
        } else if (value != null && !String.valueOf(value).contains(SampleSnapshot.SECRET)) {
            leaves.add(String.valueOf(value));
        }
    }
}
