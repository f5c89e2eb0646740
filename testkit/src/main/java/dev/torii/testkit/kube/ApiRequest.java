package dev.torii.testkit.kube;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request as an API server saw it, in the words of Kubernetes' roles.
 *
 * @param user who asked, or as whom somebody else did
 * @param verb get, list, watch, create, update, patch or delete
 * @param uri path and query
 * @param status of the answer
 */
public record ApiRequest(String user, String verb, String uri, int status) {

    private static final Pattern OBJECTS =
            Pattern.compile("/(?:api|apis/(?<group>[^/]+))/v[^/]+(?:/namespaces/(?<namespace>[^/]+)(?=/))?"
                    + "/(?<resource>[^/?]+)(?:/(?<name>[^/?]+))?(?:/(?<part>[^/?]+))?(?<query>\\?.*)?");

    /** By which a list is of one object only, as roles see it. */
    private static final Pattern ONE = Pattern.compile("fieldSelector=metadata.name(?:=|%3D)(?<name>[^&,%]+)");

    /** Of HTTP's method. */
    static ApiRequest of(String user, String method, String uri, int status) {
        ApiRequest plain = new ApiRequest(user, method.toLowerCase(Locale.ROOT), uri, status);
        String verb = switch (method) {
            case "GET" ->
                uri.contains("watch=true")
                        ? "watch"
                        : plain.part("resource").isEmpty() || plain.part("name").isEmpty() ? "list" : "get";
            case "POST" -> "create";
            case "PUT" -> "update";
            default -> plain.verb;
        };
        return new ApiRequest(user, verb, uri, status);
    }

    public boolean isWrite() {
        return !List.of("get", "list", "watch").contains(verb);
    }

    /** Not for what an API server tells of itself, which everybody may know. */
    boolean isForObjects() {
        return OBJECTS.matcher(uri).matches();
    }

    /** The verbs that a role must have for it: what is applied and was not there is created as well. */
    List<String> needs() {
        return verb.equals("patch") && status == 201 ? List.of("patch", "create") : List.of(verb);
    }

    String group() {
        return part("group");
    }

    String namespace() {
        return part("namespace");
    }

    /** Plural, with its subresource: {@code gateways/status}. */
    public String resource() {
        String part = part("part");
        return part("resource") + (part.isEmpty() ? "" : "/" + part);
    }

    String name() {
        Matcher one = ONE.matcher(uri);
        return one.find() ? one.group("name") : part("name");
    }

    private String part(String name) {
        Matcher matcher = OBJECTS.matcher(uri);
        String part = matcher.matches() ? matcher.group(name) : null;
        return part == null ? "" : part;
    }
}
