package dev.torii.control.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.torii.control.status.DesiredStatus.Entry;
import dev.torii.control.status.DesiredStatus.Shape;
import dev.torii.control.status.DesiredStatus.Told;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A test for each rule of {@code gateway-api.md}, section 5, that is about writing. */
final class StatusMergeTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-11-22T11:00:00.5Z");
    private static final String TIME = "'lastTransitionTime': '2026-11-22T11:00:00Z'";
    private static final String BEFORE = "'lastTransitionTime': '2026-01-01T00:00:00Z'";
    private static final Told ACCEPTED = new Told("Accepted", true, "Accepted", "");
    private static final String ACCEPTED_BEFORE =
            "{'type':'Accepted','status':'True','reason':'Accepted','message':'','observedGeneration':3," + BEFORE
                    + "}";

    @Test
    void whatCrdsFillInBecomesWhatIsTrue() {
        assertThat(merged(
                        "{'conditions':[{'type':'Accepted','status':'Unknown','reason':'Pending',"
                                + "'message':'Waiting for controller','lastTransitionTime':'1970-01-01T00:00:00Z'}]}",
                        itself(3, ACCEPTED)))
                .isEqualTo(json("{'conditions':[{'type':'Accepted','status':'True','reason':'Accepted','message':'',"
                        + "'observedGeneration':3," + TIME + "}]}"));
    }

    @Test
    void whatIsSaidAlreadyIsNotSaidAgain() {
        assertThat(changes("{'conditions':[" + ACCEPTED_BEFORE + "]}", itself(3, ACCEPTED)))
                .isEmpty();
        assertThat(changes("{}", DesiredStatus.nothing(Shape.ROUTE, 3))).isEmpty();
    }

    @Test
    void theTimeIsOfTheStatusNotOfItsReason() {
        JsonNode condition = merged(
                        "{'conditions':[" + ACCEPTED_BEFORE + "]}",
                        itself(4, new Told("Accepted", true, "ListenersNotValid", "one is not")))
                .at("/conditions/0");
        assertThat(condition.path("reason").asText()).isEqualTo("ListenersNotValid");
        assertThat(condition.path("message").asText()).isEqualTo("one is not");
        assertThat(condition.path("observedGeneration").asLong()).isEqualTo(4);
        assertThat(condition.path("lastTransitionTime").asText()).isEqualTo("2026-01-01T00:00:00Z");
        JsonNode flipped = merged(
                        "{'conditions':[" + ACCEPTED_BEFORE + "]}",
                        itself(3, new Told("Accepted", false, "ListenersNotValid", "none is")))
                .at("/conditions/0");
        assertThat(flipped.path("lastTransitionTime").asText()).isEqualTo("2026-11-22T11:00:00Z");
    }

    @Test
    void theGenerationAloneIsWorthAWrite() {
        assertThat(changes("{'conditions':[" + ACCEPTED_BEFORE + "]}", itself(4, ACCEPTED))
                        .at("/conditions/0/observedGeneration")
                        .asLong())
                .isEqualTo(4);
    }

    @Test
    void anOlderViewNeverOverwritesANewer() {
        Told other = new Told("Accepted", false, "Invalid", "");
        assertThat(changes("{'conditions':[" + ACCEPTED_BEFORE + "]}", itself(2, other)))
                .isEmpty();
        String parents = "{'parents':[" + parent("web", "torii.dev/gateway-controller", ACCEPTED_BEFORE) + "]}";
        assertThat(changes(parents, route(2, parent("web", other)))).isEmpty();
        assertThat(changes(parents, DesiredStatus.nothing(Shape.ROUTE, 2))).isEmpty();
        // What another controller has seen says nothing of what we have.
        String foreign = "{'parents':[" + parent("web", "example.com/other", ACCEPTED_BEFORE) + "]}";
        assertThat(changes(foreign, route(2, parent("web", other)))).isNotEmpty();
    }

    @Test
    void aGenerationThatNeverWasIsOverwritten() {
        String live =
                "{'conditions':[" + ACCEPTED_BEFORE.replace("'observedGeneration':3", "'observedGeneration':99") + "]}";
        assertThat(changes(live, itself(3, ACCEPTED))
                        .at("/conditions/0/observedGeneration")
                        .asLong())
                .isEqualTo(3);
    }

    @Test
    void conditionsOfOthersStayAndOursStayInTheirPlace() {
        String foreign = "{'type':'example.com/Audited','status':'Unknown','x':[1,2]}";
        JsonNode merged = merged(
                "{'conditions':[" + foreign + "," + ACCEPTED_BEFORE + ",{'type':'Ready','status':'True'}]}",
                itself(3, new Told("Programmed", true, "Programmed", ""), ACCEPTED));
        assertThat(merged.at("/conditions").findValuesAsText("type"))
                .containsExactly("example.com/Audited", "Accepted", "Ready", "Programmed");
        assertThat(merged.at("/conditions/0")).isEqualTo(json(foreign));
        assertThat(merged.at("/conditions/1")).isEqualTo(json(ACCEPTED_BEFORE));
    }

    @Test
    void whatNoLongerHoldsIsRemovedOnlyWhereItIsOurs() {
        String insecure = ACCEPTED_BEFORE.replace("'Accepted','status'", "'InsecureFrontendValidationMode','status'");
        assertThat(merged("{'conditions':[" + insecure + "," + ACCEPTED_BEFORE + "]}", itself(3, ACCEPTED)))
                .isEqualTo(json("{'conditions':[" + ACCEPTED_BEFORE + "]}"));
        String partial = ACCEPTED_BEFORE.replace("'Accepted','status'", "'PartiallyInvalid','status'");
        String others = parent("web", "example.com/other", partial);
        assertThat(merged(
                        "{'parents':[" + others + ","
                                + parent("web", "torii.dev/gateway-controller", partial + "," + ACCEPTED_BEFORE) + "]}",
                        route(3, parent("web", ACCEPTED))))
                .isEqualTo(json("{'parents':[" + others + ","
                        + parent("web", "torii.dev/gateway-controller", ACCEPTED_BEFORE) + "]}"));
    }

    @Test
    void parentsOfOthersStayAndOursAreByTheWholeReference() {
        String first = parent("web", "example.com/other", "");
        String second = parent("mesh", "example.com/other", "");
        ObjectNode section = reference("parentRef", "web");
        ((ObjectNode) section.get("parentRef")).put("sectionName", "https").put("port", 443);
        JsonNode merged = merged(
                "{'parents':[" + first + "," + parent("web", "torii.dev/gateway-controller", ACCEPTED_BEFORE) + ","
                        + second + "]}",
                route(3, new Entry(section, List.of(ACCEPTED), Map.of()), parent("web", ACCEPTED)));
        assertThat(merged.at("/parents")).hasSize(4);
        assertThat(merged.at("/parents/0")).isEqualTo(json(first));
        assertThat(merged.at("/parents/1/conditions/0")).isEqualTo(json(ACCEPTED_BEFORE));
        assertThat(merged.at("/parents/2")).isEqualTo(json(second));
        assertThat(merged.at("/parents/3/parentRef/sectionName").asText()).isEqualTo("https");
    }

    @Test
    void aReferenceWithoutItsDefaultsIsTheSame() {
        String brief = "{'parents':[{'parentRef':{'name':'web'},'controllerName':'torii.dev/gateway-controller',"
                + "'conditions':[" + ACCEPTED_BEFORE + "]}]}";
        assertThat(merged(brief, route(3, parent("web", ACCEPTED))))
                .isEqualTo(
                        json("{'parents':[" + parent("web", "torii.dev/gateway-controller", ACCEPTED_BEFORE) + "]}"));
    }

    @Test
    void aParentThatIsNoLongerOursLosesItsEntry() {
        String others = parent("web", "example.com/other", "");
        String live =
                "{'parents':[" + parent("web", "torii.dev/gateway-controller", ACCEPTED_BEFORE) + "," + others + "]}";
        assertThat(merged(live, DesiredStatus.nothing(Shape.ROUTE, 3))).isEqualTo(json("{'parents':[" + others + "]}"));
    }

    @Test
    void listenersAreByName() {
        String live = "{'listeners':[{'name':'gone','attachedRoutes':4,'conditions':[]},"
                + "{'name':'https','attachedRoutes':1,'supportedKinds':[],'conditions':[{'type':'Foreign'},"
                + ACCEPTED_BEFORE + "]}],'conditions':[]}";
        JsonNode merged = merged(
                live,
                new DesiredStatus(
                        Shape.LISTENERS,
                        3,
                        List.of(),
                        List.of(
                                listener("http", 0),
                                new Entry(
                                        named("https"),
                                        List.of(ACCEPTED),
                                        Map.of("attachedRoutes", json("2"), "supportedKinds", json("[{'kind':'X'}]")))),
                        Map.of()));
        assertThat(merged.at("/listeners").findValuesAsText("name")).containsExactly("http", "https");
        assertThat(merged.at("/listeners/1"))
                .isEqualTo(json("{'name':'https','attachedRoutes':2,'supportedKinds':[{'kind':'X'}],"
                        + "'conditions':[{'type':'Foreign'}," + ACCEPTED_BEFORE + "]}"));
    }

    @Test
    void fieldsOfOursAreReplacedAndTheRestStays() {
        String live = "{'addresses':[{'type':'IPAddress','value':'10.0.0.1'},{'value':'10.0.0.2'}],"
                + "'attachedListenerSets':1,'others':true,'conditions':[" + ACCEPTED_BEFORE + "]}";
        DesiredStatus desired = new DesiredStatus(
                Shape.LISTENERS,
                3,
                List.of(ACCEPTED),
                List.of(),
                Map.of(
                        "addresses", json("[{'type':'IPAddress','value':'10.0.0.1'}]"),
                        "attachedListenerSets", StatusMerge.number(1)));
        assertThat(changes(live, desired)).isEqualTo(json("{'addresses':[{'type':'IPAddress','value':'10.0.0.1'}]}"));
    }

    @Test
    void featuresOfAClassAreSaidOnce() {
        DesiredStatus desired = new DesiredStatus(
                Shape.CLASS,
                3,
                List.of(ACCEPTED),
                List.of(),
                Map.of("supportedFeatures", json("[{'name':'Gateway'},{'name':'HTTPRoute'}]")));
        JsonNode once = merged("{'conditions':[" + ACCEPTED_BEFORE + "]}", desired);
        assertThat(once.at("/supportedFeatures").findValuesAsText("name")).containsExactly("Gateway", "HTTPRoute");
        assertThat(changes(once.toString(), desired)).isEmpty();
    }

    /** The API server takes 16 ancestors, and the others' were there first. */
    @Test
    void thereAreOnlySoManyAncestors() {
        StringBuilder others = new StringBuilder();
        for (int i = 0; i < 15; i++) {
            others.append(i == 0 ? "" : ",").append("{'ancestorRef':{'name':'g" + i + "'},'controllerName':'x/y'}");
        }
        List<Entry> ours = IntStream.range(0, 3)
                .mapToObj(i -> new Entry(reference("ancestorRef", "web" + i), List.of(ACCEPTED), Map.of()))
                .toList();
        DesiredStatus desired = new DesiredStatus(Shape.POLICY, 3, List.of(), ours, Map.of());
        JsonNode merged = merged("{'ancestors':[" + others + "]}", desired);
        assertThat(merged.at("/ancestors")).hasSize(16);
        assertThat(merged.at("/ancestors/14/controllerName").asText()).isEqualTo("x/y");
        assertThat(merged.at("/ancestors/15/ancestorRef/name").asText()).isEqualTo("web0");
        assertThat(changes(merged.toString(), desired)).isEmpty();
    }

    @Test
    void whatWasTrueStaysForAWhileOnly() {
        String live = "{'conditions':[" + ACCEPTED_BEFORE.replace("'Accepted'", "'Programmed'") + "]}";
        Told pending = new Told("Programmed", false, "Pending", "1 of 2 proxies", NOW.plusSeconds(1));
        assertThat(changes(live, itself(4, pending))).isEmpty();
        Told late = new Told("Programmed", false, "Pending", "1 of 2 proxies", NOW);
        assertThat(changes(live, itself(4, late)).at("/conditions/0/status").asText())
                .isEqualTo("False");
        String wasFalse = live.replace("'True'", "'False'");
        assertThat(changes(wasFalse, itself(4, pending))
                        .at("/conditions/0/observedGeneration")
                        .asLong())
                .isEqualTo(4);
    }

    @Test
    void aStatusThatIsNoStatusIsWrittenOver() {
        for (String live : List.of(
                "'what'",
                "{'conditions':{'a':1},'parents':7}",
                "{'parents':['a',{'parentRef':3,'controllerName':'torii.dev/gateway-controller','conditions':'x'}]}")) {
            assertThat(changes(live, itself(3, ACCEPTED))
                            .at("/conditions/0/status")
                            .asText())
                    .as(live)
                    .isEqualTo("True");
            assertThat(changes(live, route(3, parent("web", ACCEPTED))).path("parents"))
                    .as(live)
                    .isNotEmpty();
        }
    }

    // ---

    static DesiredStatus itself(long generation, Told... conditions) {
        return new DesiredStatus(Shape.LISTENERS, generation, List.of(conditions), List.of(), Map.of());
    }

    static DesiredStatus route(long generation, Entry... parents) {
        return new DesiredStatus(Shape.ROUTE, generation, List.of(), List.of(parents), Map.of());
    }

    static Entry parent(String gateway, Told... conditions) {
        return new Entry(reference("parentRef", gateway), List.of(conditions), Map.of());
    }

    static Entry listener(String name, int routes) {
        return new Entry(named(name), List.of(ACCEPTED), Map.of("attachedRoutes", StatusMerge.number(routes)));
    }

    private static ObjectNode named(String name) {
        return JSON.createObjectNode().put("name", name);
    }

    private static ObjectNode reference(String field, String gateway) {
        ObjectNode entry = JSON.createObjectNode();
        entry.putObject(field)
                .put("group", "gateway.networking.k8s.io")
                .put("kind", "Gateway")
                .put("namespace", "shop")
                .put("name", gateway);
        return entry.put("controllerName", "torii.dev/gateway-controller");
    }

    private static String parent(String gateway, String controller, String conditions) {
        return "{'parentRef':{'group':'gateway.networking.k8s.io','kind':'Gateway','namespace':'shop','name':'"
                + gateway + "'},'controllerName':'" + controller + "','conditions':[" + conditions + "]}";
    }

    static ObjectNode object(JsonNode status) {
        ObjectNode object = JSON.createObjectNode();
        object.putObject("metadata").put("namespace", "shop").put("name", "it").put("generation", 4);
        object.set("status", status);
        return object;
    }

    private static ObjectNode changes(String status, DesiredStatus desired) {
        return StatusMerge.changes(object(json(status)), desired, NOW);
    }

    private static JsonNode merged(String status, DesiredStatus desired) {
        ObjectNode merged = (ObjectNode) json(status);
        return merged.setAll(changes(status, desired));
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
