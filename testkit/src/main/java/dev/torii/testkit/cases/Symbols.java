package dev.torii.testkit.cases;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the names in braces of a manifest stand for. */
@FunctionalInterface
public interface Symbols {

    Pattern NAME = Pattern.compile("\\{([a-z0-9][a-z0-9-]*(?:\\.[a-z]+)?)}");

    /** The text to put in place of a name, or null when it is not known. */
    @Nullable
    String get(String name);

    /** Asks the other ones for what these do not know. */
    default Symbols or(Symbols other) {
        return name -> {
            @Nullable String own = get(name);
            return own != null ? own : other.get(name);
        };
    }

    /** Replaces all names of a line. */
    default String replace(Path file, int line, String text) {
        Matcher names = NAME.matcher(text);
        StringBuilder result = new StringBuilder();
        while (names.find()) {
            @Nullable String value = get(names.group(1));
            if (value == null) {
                throw new CaseSyntaxException(file, line, "nobody knows " + names.group());
            }
            names.appendReplacement(result, Matcher.quoteReplacement(value));
        }
        return names.appendTail(result).toString();
    }
}
