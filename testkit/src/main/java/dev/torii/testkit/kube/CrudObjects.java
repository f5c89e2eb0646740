package dev.torii.testkit.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.crud.KubernetesCrudDispatcherException;
import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * fabric8's mock, with patches as a real API server takes them: RFC 7396, which replaces arrays where the mock joins them,
 * and server-side apply, by one manager and with lists that are replaced whole. What replaces an object leaves its status. A
 * token is the name of the user whose it is, with a pod's after a slash, and for every audience.
 */
public class CrudObjects extends KubernetesCrudDispatcher {

    private final Map<String, JsonNode> applied = new ConcurrentHashMap<>();

    @Override
    public JsonNode merge(JsonNode base, String patch) throws KubernetesCrudDispatcherException {
        return merged(base.deepCopy(), asNode(patch));
    }

    /** Of kinds that come by CRDs, all of which have one; of others only where a test says so. */
    @Override
    public boolean isStatusSubresourceEnabledForResource(String path) {
        return path.startsWith("/apis/gateway.networking.k8s.io/")
                || path.startsWith("/apis/torii.dev/")
                || super.isStatusSubresourceEnabledForResource(path);
    }

    @Override
    public MockResponse handlePatch(RecordedRequest request) {
        String type = request.getHeader("Content-Type");
        try {
            return type != null && type.startsWith("application/apply-patch")
                    ? apply(request)
                    : super.handlePatch(request);
        } catch (KubernetesCrudDispatcherException e) {
            return new MockResponse().setResponseCode(e.getCode()).setBody(e.toStatusBody());
        }
    }

    @Override
    public MockResponse handleCreate(RecordedRequest request) {
        return request.getPath().endsWith("/tokenreviews") ? reviewed(request) : super.handleCreate(request);
    }

    private MockResponse reviewed(RecordedRequest request) {
        try {
            ObjectNode review = asNode(request.getBody().readUtf8()).deepCopy();
            String token = review.at("/spec/token").asText();
            ObjectNode status = review.putObject("status");
            status.put("authenticated", token.startsWith("system:"));
            status.set("audiences", review.at("/spec/audiences"));
            String[] user = token.split("/", 2);
            ObjectNode whose = status.putObject("user").put("username", user[0]);
            if (user.length > 1) {
                whose.putObject("extra")
                        .putArray("authentication.kubernetes.io/pod-name")
                        .add(user[1]);
            }
            return new MockResponse().setResponseCode(201).setBody(review.toString());
        } catch (KubernetesCrudDispatcherException e) {
            return new MockResponse().setResponseCode(e.getCode()).setBody(e.toStatusBody());
        }
    }

    @Override
    public MockResponse handleDelete(String path) {
        applied.remove(path);
        return super.handleDelete(path);
    }

    private MockResponse apply(RecordedRequest request) throws KubernetesCrudDispatcherException {
        String path = request.getPath().substring(0, request.getPath().indexOf('?'));
        JsonNode wanted = asNode(request.getBody().readUtf8());
        Map.Entry<AttributeSet, String> there = findResource(getKey(path));
        JsonNode before = applied.put(path, wanted);
        if (there == null) {
            return handleCreate(of(request, HttpMethod.POST, path.substring(0, path.lastIndexOf('/')), wanted));
        }
        JsonNode uid = wanted.at("/metadata/uid");
        if (!uid.isMissingNode() && !uid.equals(asNode(there).at("/metadata/uid"))) {
            return new MockResponse().setResponseCode(409).setBody("{\"message\":\"another uid\"}");
        }
        ObjectNode patch = wanted.deepCopy();
        removeWhatIsNoLongerGiven(patch, before);
        return super.handlePatch(of(request, HttpMethod.PATCH, path, patch));
    }

    private static RecordedRequest of(RecordedRequest request, HttpMethod method, String path, JsonNode body) {
        return new RecordedRequest(
                request.getHttpVersion(),
                method,
                path,
                request.getHeaders()
                        .newBuilder()
                        .setHeader("Content-Type", "application/merge-patch+json")
                        .build(),
                new Buffer().writeUtf8(body.toString()));
    }

    private static void removeWhatIsNoLongerGiven(ObjectNode patch, @Nullable JsonNode before) {
        if (before != null) {
            before.properties().forEach(each -> {
                if (!patch.has(each.getKey())) {
                    patch.putNull(each.getKey());
                } else if (patch.get(each.getKey()) instanceof ObjectNode object) {
                    removeWhatIsNoLongerGiven(object, each.getValue());
                }
            });
        }
    }

    private static JsonNode merged(JsonNode base, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode object = base instanceof ObjectNode there ? there : JsonNodeFactory.instance.objectNode();
        patch.properties().forEach(each -> {
            if (each.getValue().isNull()) {
                object.remove(each.getKey());
            } else {
                object.set(each.getKey(), merged(object.path(each.getKey()), each.getValue()));
            }
        });
        return object;
    }
}
