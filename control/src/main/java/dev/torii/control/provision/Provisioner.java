package dev.torii.control.provision;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.config.compile.Review;
import dev.torii.config.resource.ObjectKey;
import dev.torii.config.resource.ResourceSet;
import dev.torii.control.api.Answer;
import dev.torii.control.api.ClusterApi;
import dev.torii.control.api.Worklist;
import dev.torii.control.api.Worklist.Next;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Makes what {@link Plans} wants, by server-side apply as {@code torii}, keeps it so, and deletes what is no longer wanted. An
 * object of the same name that is not ours, by label and by owner, is left alone, and the Gateway is told. What goes with a
 * deleted Gateway is Kubernetes' garbage, not ours to collect.
 *
 * <p>{@link #plan} may be called on any thread and does not wait.
 */
public final class Provisioner implements AutoCloseable {

    private static final int THREADS = 2;
    private static final Duration REPEAT = Duration.ofMinutes(10);
    private static final String GATEWAY_API = "/apis/gateway.networking.k8s.io/v1";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ClusterApi api;
    private final KubernetesSerialization serialization;
    private final ProvisionSettings settings;
    private final Runnable onChange;
    private final Worklist<ObjectKey> worklist;
    private final Made made;
    private final Map<ObjectKey, Plan> plans = new ConcurrentHashMap<>();
    private final Map<ObjectKey, Provision> provisions = new ConcurrentHashMap<>();
    private final LongAdder writes = new LongAdder();

    /** @param onChange is told when {@link #of} answers otherwise, on a thread that must not be held */
    public Provisioner(
            KubernetesClient client,
            ClusterApi api,
            ProvisionSettings settings,
            Worklist.Pause pause,
            Runnable onChange) {
        this.api = api;
        this.serialization = client.getKubernetesSerialization();
        this.settings = settings;
        this.onChange = onChange;
        this.worklist = new Worklist<>("making gateways", THREADS, pause, this::lookAt);
        this.made = new Made(client, worklist::add);
    }

    public void plan(ResourceSet resources, Review review) {
        Map<ObjectKey, Plan> all = Plans.of(resources, review, settings);
        plans.keySet().retainAll(all.keySet());
        provisions.keySet().retainAll(all.keySet());
        all.forEach((key, plan) -> {
            if (!plan.equals(plans.put(key, plan))) {
                worklist.add(key);
            }
        });
    }

    /** Of a Gateway of the last {@link #plan}; null as long as nobody has looked. */
    public @Nullable Provision of(ObjectKey gateway) {
        Plan plan = plans.get(gateway);
        ObjectKey key = plan != null && plan.parameters().shared() ? Plans.SHARED : gateway;
        // Of what all share nobody can say how it should be while one Gateway's parameters are unusable.
        return plans.containsKey(key) ? provisions.get(key) : Provision.LEFT;
    }

    /** How many objects were applied or deleted. */
    public long writes() {
        return writes.sum();
    }

    @Override
    public void close() {
        made.close();
        worklist.close();
    }

    private Next lookAt(ObjectKey key) throws InterruptedException {
        Plan plan = plans.get(key);
        if (plan == null) {
            return Next.done();
        }
        List<OwnerReference> owners = new ArrayList<>();
        for (ObjectKey each : plan.owners()) {
            Answer owner = api.get(path(each));
            if (owner.isGood() && owner.body().at("/metadata/deletionTimestamp").isMissingNode()) {
                owners.add(reference(each, owner.body()));
            } else if (!owner.isGood() && !owner.isGone()) {
                return Next.after(owner);
            }
        }
        // Without an owner there is nobody to make it for, and nothing by which it would be ours.
        if (owners.isEmpty() && plan.wanted()) {
            return Next.done();
        }
        return plan.wanted() ? make(key, plan, owners) : unmake(plan, owners);
    }

    private static String path(ObjectKey owner) {
        return owner.kind().equals("GatewayClass")
                ? GATEWAY_API + "/gatewayclasses/" + owner.name()
                : GATEWAY_API + "/namespaces/" + owner.namespace() + "/gateways/" + owner.name();
    }

    private static OwnerReference reference(ObjectKey owner, JsonNode object) {
        return new OwnerReferenceBuilder()
                .withApiVersion("gateway.networking.k8s.io/v1")
                .withKind(owner.kind())
                .withName(owner.name())
                .withUid(object.at("/metadata/uid").asText())
                .build();
    }

    private Next make(ObjectKey key, Plan plan, List<OwnerReference> owners) throws InterruptedException {
        List<String> uids = owners.stream().map(OwnerReference::getUid).toList();
        List<Piece> pieces = pieces(plan, owners);
        List<ObjectNode> there = new ArrayList<>();
        for (Piece piece : pieces) {
            Answer answer = api.get(piece.path());
            if (!answer.isGood() && !answer.isGone()) {
                return Next.after(answer);
            }
            if (answer.isGood() && !Piece.isOf(answer.body(), uids)) {
                return foreign(key, piece, answer.body());
            }
            there.add(answer.isGood() ? answer.body() : JsonNodeFactory.instance.objectNode());
        }
        Provision provision = Provision.failed("AddressNotAssigned", "it has no listener that a Service could serve");
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            ObjectNode object = there.get(i);
            if (!piece.wanted().isEmpty() && !Covering.covers(object, piece.wanted())) {
                Answer answer = apply(piece, object);
                if (!answer.isGood()) {
                    return refused(key, piece, answer);
                }
                object = answer.body();
            }
            if (piece.kind().equals("Service") && !object.isEmpty()) {
                provision = ServiceAddresses.of(object, plan.addresses());
            }
        }
        tell(key, provision);
        return Next.later(REPEAT);
    }

    /** In the order that they are made; also those that are not wanted now, a Service without ports. */
    private List<Piece> pieces(Plan plan, List<OwnerReference> owners) {
        Map<String, HasMetadata> wanted = new HashMap<>();
        if (plan.wanted()) {
            GatewayObjects.of(plan, settings, owners).forEach(each -> wanted.put(each.getKind(), each));
        }
        List<Piece> pieces = new ArrayList<>();
        Made.FOLDERS.forEach((kind, folder) -> {
            String path = folder.replace("%s", plan.namespace());
            HasMetadata object = wanted.get(kind);
            pieces.add(Piece.of(
                    kind, path, plan.name(), object == null ? JsonNodeFactory.instance.objectNode() : json(object)));
        });
        return pieces;
    }

    private ObjectNode json(HasMetadata object) {
        try {
            return (ObjectNode) JSON.readTree(serialization.asJson(object));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("fabric8 wrote what is no JSON", e);
        }
    }

    /** By the uid that was seen, if any: what has been deleted and made anew meanwhile is not touched. */
    private Answer apply(Piece piece, ObjectNode there) throws InterruptedException {
        ObjectNode wanted = piece.wanted().deepCopy();
        if (!there.isEmpty() && wanted.path("metadata") instanceof ObjectNode metadata) {
            metadata.set("uid", there.at("/metadata/uid"));
        }
        Answer answer = api.apply(piece.path(), GatewayObjects.TORII, wanted);
        if (answer.isGood()) {
            writes.increment();
        }
        return answer;
    }

    private Next foreign(ObjectKey key, Piece piece, ObjectNode object) {
        String what = piece.kind() + " " + object.at("/metadata/namespace").asText() + "/" + piece.name();
        if (Piece.isManaged(object)) {
            // Of an earlier Gateway of that name, most likely: it goes soon.
            return Next.failed(what + " has another owner");
        }
        tell(key, Provision.failed("Invalid", what + " exists and is not of this Gateway: delete or rename it"));
        return Next.failed(what + " exists and is not ours");
    }

    private Next refused(ObjectKey key, Piece piece, Answer answer) {
        if (answer.code() == 403) {
            tell(key, Provision.failed("NoResources", piece.kind() + ": " + answer.problem()));
        } else if (answer.code() == 400 || answer.code() == 422) {
            tell(key, Provision.failed("Invalid", piece.kind() + ": " + answer.problem()));
        }
        return Next.after(answer);
    }

    private Next unmake(Plan plan, List<OwnerReference> owners) throws InterruptedException {
        List<String> uids = owners.stream().map(OwnerReference::getUid).toList();
        for (Piece piece : pieces(plan, owners)) {
            Answer there = api.get(piece.path());
            if (there.isGood() && Piece.isOf(there.body(), uids)) {
                Answer answer = api.delete(
                        piece.path(), there.body().at("/metadata/uid").asText());
                if (!answer.isGood() && !answer.isGone()) {
                    return Next.after(answer);
                }
                writes.increment();
            } else if (!there.isGood() && !there.isGone()) {
                return Next.after(there);
            }
        }
        return Next.done();
    }

    private void tell(ObjectKey key, Provision provision) {
        if (!provision.equals(provisions.put(key, provision))) {
            onChange.run();
        }
    }
}
