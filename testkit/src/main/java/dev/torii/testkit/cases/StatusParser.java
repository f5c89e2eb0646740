package dev.torii.testkit.cases;

import dev.torii.testkit.cases.StatusLine.Fact;
import dev.torii.testkit.cases.StatusLine.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one line of a {@code status} section. */
final class StatusParser {

    private static final Pattern LINE = Pattern.compile("(?<kind>\\w+) (?<name>[^\\s:]+)"
            + "(?: on (?:(?<parent>[A-Z]\\w+) )?(?<gateway>[^\\s:]+))?(?: section (?<section>[^\\s:]+))?(?: port (?<port>\\d+))?"
            + "(?: listener (?<listener>[^\\s:]+))?: (?<facts>.+)");
    private static final Pattern CONDITION = Pattern.compile("(\\w+)=(True|False)(?:\\((\\w+)\\))?");
    private static final Pattern COUNT = Pattern.compile("(routes|listeners|sets) (\\d+)");

    private StatusParser() {}

    static StatusLine parse(int number, String line) {
        Matcher m = LINE.matcher(line);
        if (!m.matches()) {
            throw new IllegalArgumentException("expected 'KIND NAME on GATEWAY: Condition=True, …', found: " + line);
        }
        String gateway = m.group("gateway");
        String parent = m.group("parent");
        String port = m.group("port");
        Subject subject = new Subject(
                m.group("kind"),
                ObjectName.of(m.group("name")),
                parent == null ? "" : parent,
                gateway == null ? null : ObjectName.of(gateway),
                m.group("section"),
                port == null ? null : Integer.valueOf(port),
                m.group("listener"));
        List<Fact> facts = new ArrayList<>();
        for (String fact : m.group("facts").split(",\\s*")) {
            facts.add(fact(fact.trim()));
        }
        return new StatusLine(number, subject, facts);
    }

    private static Fact fact(String text) {
        Matcher condition = CONDITION.matcher(text);
        Matcher count = COUNT.matcher(text);
        if (condition.matches()) {
            return condition(condition.group(1), condition.group(2).equals("True"), condition.group(3));
        } else if (count.matches()) {
            int number = Integer.parseInt(count.group(2));
            return switch (count.group(1)) {
                case "routes" -> new Fact.Routes(number);
                case "sets" -> new Fact.Sets(number);
                default -> new Fact.Listeners(number);
            };
        } else if (text.startsWith("no ")) {
            return new Fact.NoCondition(text.substring(3));
        } else if (text.startsWith("kinds ")) {
            String kinds = text.substring(6).trim();
            return new Fact.Kinds(kinds.equals("none") ? List.of() : List.of(kinds.split("\\s+")));
        }
        throw new IllegalArgumentException("not something a status says: " + text);
    }

    private static Fact condition(String type, boolean status, @Nullable String reason) {
        if (reason == null && !status) {
            throw new IllegalArgumentException(type + "=False needs its reason in brackets");
        }
        return new Fact.Condition(type, status, reason == null ? type : reason);
    }
}
