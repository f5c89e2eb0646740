package dev.torii.testkit.cases;

import dev.torii.testkit.cases.Check.AnswerHeader.Rule;
import dev.torii.testkit.cases.Check.Shared.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one indented line below a request. */
final class CheckParser {

    private static final Pattern HEADER = Pattern.compile("([^\\s:]+):\\s?(.*)");
    private static final Pattern SAW = Pattern.compile("saw (path|host|SNI|protocol|certificate) (\\S+)");
    private static final Pattern COPIED = Pattern.compile("copied to (\\S+)(?: (\\d+) times)?(?: within (\\d+))?");
    private static final Pattern SHARED = Pattern.compile("shared (.+), within (\\d+(?:\\.\\d+)?)");
    private static final Pattern SHARE = Pattern.compile("(\\S+) (\\d+(?:\\.\\d+)?)");
    private static final Pattern SAYS = Pattern.compile("says (.*?) -> (.*)");

    private CheckParser() {}

    static Check parse(int line, String text) {
        Matcher saw = SAW.matcher(text);
        Matcher copied = COPIED.matcher(text);
        Matcher shared = SHARED.matcher(text);
        Matcher says = SAYS.matcher(text);
        if (text.startsWith("< no ")) {
            return new Check.NoAnswerHeader(line, text.substring(5).trim());
        } else if (text.startsWith("< ")) {
            return answerHeader(line, header(text.substring(2)));
        } else if (text.startsWith("saw no header ")) {
            return new Check.SawNoHeader(line, text.substring(14).trim());
        } else if (text.startsWith("saw header ")) {
            Map.Entry<String, String> header = header(text.substring(11));
            return new Check.SawHeader(line, header.getKey(), header.getValue());
        } else if (saw.matches()) {
            return new Check.Saw(line, saw.group(1), saw.group(2));
        } else if (copied.matches()) {
            return copied(line, copied);
        } else if (shared.matches()) {
            return new Check.Shared(line, shares(shared.group(1)), Double.parseDouble(shared.group(2)));
        } else if (says.matches()) {
            return new Check.Says(line, says.group(1), says.group(2));
        } else if (text.equals("not answered by a backend")) {
            return new Check.NotFromBackend(line);
        }
        throw new IllegalArgumentException("not something that can be checked: " + text);
    }

    static Map.Entry<String, String> header(String text) {
        Matcher header = HEADER.matcher(text.trim());
        if (!header.matches()) {
            throw new IllegalArgumentException("expected 'Name: value', found: " + text);
        }
        return Map.entry(header.group(1), header.group(2).trim());
    }

    private static Check answerHeader(int line, Map.Entry<String, String> header) {
        String value = header.getValue();
        if (value.startsWith("one of ")) {
            List<String> values = List.of(value.substring(7).split("\\s*\\|\\s*"));
            return new Check.AnswerHeader(line, header.getKey(), Rule.ONE_OF, values);
        } else if (value.startsWith("any order of ")) {
            List<String> values = List.of(value.substring(13).split("\\s*,\\s*"));
            return new Check.AnswerHeader(line, header.getKey(), Rule.ANY_ORDER, values);
        }
        return new Check.AnswerHeader(line, header.getKey(), Rule.EQUAL, List.of(value));
    }

    private static Check copied(int line, Matcher m) {
        int times = m.group(2) == null ? 1 : Integer.parseInt(m.group(2));
        int within = m.group(3) == null ? 0 : Integer.parseInt(m.group(3));
        return new Check.Copied(line, ObjectName.of(m.group(1)), times, within);
    }

    private static List<Share> shares(String text) {
        List<Share> shares = new ArrayList<>();
        for (String part : text.split("\\s*,\\s*")) {
            Matcher share = SHARE.matcher(part);
            if (!share.matches()) {
                throw new IllegalArgumentException("expected 'SERVICE percent', found: " + part);
            }
            shares.add(new Share(ObjectName.of(share.group(1)), Double.parseDouble(share.group(2))));
        }
        return shares;
    }
}
