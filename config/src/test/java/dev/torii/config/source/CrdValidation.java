package dev.torii.config.source;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What an API server says of an object whose kind has a CRD of ours: defaults, schema, lists with keys, rules in CEL. */
final class CrdValidation {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("self", SimpleType.DYN)
            .build();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.standardCelRuntimeBuilder().build();

    private final Map<String, Object> schema;
    private final JsonSchema structure;
    private final Map<String, CelRuntime.Program> programs = new HashMap<>();

    CrdValidation(Map<String, Object> schema) {
        this.schema = schema;
        this.structure = JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(JSON.valueToTree(strict(schema)));
    }

    /** What is wrong with an object; nothing, when it is fine. It is given its defaults. */
    List<String> problems(Map<String, Object> object) {
        fill(schema, object);
        List<String> problems = new ArrayList<>();
        structure.validate(JSON.valueToTree(object)).forEach(each -> problems.add(each.getMessage()));
        // The API server asks for rules only where the structure is right.
        if (problems.isEmpty()) {
            check(schema, object, problems);
        }
        return problems;
    }

    /** An API server that is asked to be strict refuses fields that are not in the schema. */
    @SuppressWarnings("unchecked") // schemas of ours
    private static Object strict(Object schema) {
        if (schema instanceof List<?> list) {
            return list.stream().map(CrdValidation::strict).toList();
        }
        if (!(schema instanceof Map<?, ?> map)) {
            return schema;
        }
        Map<String, Object> copy = new LinkedHashMap<>();
        ((Map<String, Object>) map).forEach((key, value) -> {
            if (!key.startsWith("x-") && !key.equals("default") && !key.equals("format")) {
                copy.put(key, strict(value));
            }
        });
        if (map.get("properties") instanceof Map && "object".equals(map.get("type"))) {
            copy.put("additionalProperties", false);
        }
        return copy;
    }

    private static void fill(Map<String, Object> schema, Object value) {
        if (value instanceof Map<?, ?> && schema.get("properties") != null) {
            Map<String, Object> object = Crd.mapping(value);
            Crd.mapping(schema.get("properties")).forEach((name, field) -> {
                Object fallback = Crd.mapping(field).get("default");
                if (fallback != null) {
                    object.putIfAbsent(name, fallback);
                }
                if (object.get(name) != null) {
                    fill(Crd.mapping(field), object.get(name));
                }
            });
        } else if (value instanceof List<?> list && schema.get("items") != null) {
            list.forEach(each -> fill(Crd.mapping(schema.get("items")), each));
        }
    }

    private void check(Map<String, Object> schema, Object value, List<String> problems) {
        for (Object each : (List<?>) schema.getOrDefault("x-kubernetes-validations", List.of())) {
            Map<String, Object> rule = Crd.mapping(each);
            if (!holds(String.valueOf(rule.get("rule")), value)) {
                problems.add(String.valueOf(rule.get("message")));
            }
        }
        if (value instanceof Map<?, ?> && schema.get("properties") != null) {
            Map<String, Object> fields = Crd.mapping(schema.get("properties"));
            Crd.mapping(value).forEach((name, field) -> check(Crd.mapping(fields.get(name)), field, problems));
        } else if (value instanceof List<?> list) {
            list.forEach(each -> check(Crd.mapping(schema.get("items")), each, problems));
            checkDistinct(schema, list, problems);
        }
    }

    private static void checkDistinct(Map<String, Object> schema, List<?> list, List<String> problems) {
        Object type = schema.get("x-kubernetes-list-type");
        Set<Object> seen = new HashSet<>();
        for (Object each : list) {
            Object key = "map".equals(type)
                    ? Crd.mapping(each).get(((List<?>) schema.get("x-kubernetes-list-map-keys")).get(0))
                    : each;
            if (!"atomic".equals(type) && !seen.add(key)) {
                problems.add("duplicate " + key);
            }
        }
    }

    private boolean holds(String rule, Object self) {
        try {
            return (Boolean)
                    programs.computeIfAbsent(rule, CrdValidation::compile).eval(Map.of("self", numbers(self)));
        } catch (CelEvaluationException e) {
            // As with an API server, a rule that cannot be answered is one that does not hold.
            return false;
        }
    }

    private static CelRuntime.Program compile(String rule) {
        try {
            return RUNTIME.createProgram(COMPILER.compile(rule).getAst());
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalArgumentException(rule, e);
        }
    }

    /** CEL knows long numbers only. */
    private static Object numbers(Object value) {
        if (value instanceof Integer number) {
            return number.longValue();
        } else if (value instanceof List<?> list) {
            return list.stream().map(CrdValidation::numbers).toList();
        } else if (value instanceof Map<?, ?>) {
            Map<String, Object> copy = new HashMap<>();
            Crd.mapping(value).forEach((name, each) -> copy.put(name, numbers(each)));
            return copy;
        }
        return value;
    }
}
