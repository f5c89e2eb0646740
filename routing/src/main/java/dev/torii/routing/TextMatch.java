package dev.torii.routing;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/** How a header or query value is matched. */
public sealed interface TextMatch {

    boolean matches(String actual);

    /** The text as configured. */
    String value();

    record Exact(String value) implements TextMatch {
        @Override
        public boolean matches(String actual) {
            return value.equals(actual);
        }
    }

    /** The whole value matches an RE2 expression: the cheapest match that says the same as it. */
    static TextMatch regex(Pattern pattern) {
        String cookie = OneCookie.of(pattern.pattern());
        return cookie == null ? new Regex(pattern) : new OneCookie(pattern.pattern(), cookie);
    }

    /** The whole value matches an RE2 expression. */
    record Regex(Pattern pattern) implements TextMatch {
        @Override
        public boolean matches(String actual) {
            return pattern.matches(actual);
        }

        @Override
        public String value() {
            return pattern.pattern();
        }
    }

    /**
     * What the expression {@code (.*; *)?name=value(;.*)?} says: one of the cookies is this one. It is looked for as it
     * stands, because an expression that runs over every request's cookies is dear.
     *
     * @param value the expression
     * @param cookie {@code name=value}
     */
    record OneCookie(String value, String cookie) implements TextMatch {

        private static final Pattern FORM = Pattern.compile("\\(\\.\\*; \\*\\)\\?([-\\w]+=[-\\w]*)\\(;\\.\\*\\)\\?");

        /** The cookie that an expression asks for, or null when it is of another form. */
        static @Nullable String of(String expression) {
            Matcher form = FORM.matcher(expression);
            return form.matches() ? form.group(1) : null;
        }

        @Override
        public boolean matches(String cookies) {
            int at = cookies.indexOf(cookie);
            while (at >= 0 && !(begins(cookies, at) && ends(cookies, at + cookie.length()))) {
                at = cookies.indexOf(cookie, at + 1);
            }
            return at >= 0;
        }

        private static boolean begins(String cookies, int at) {
            int before = at - 1;
            while (before >= 0 && cookies.charAt(before) == ' ') {
                before--;
            }
            return at == 0 || (before >= 0 && cookies.charAt(before) == ';');
        }

        private static boolean ends(String cookies, int at) {
            return at == cookies.length() || cookies.charAt(at) == ';';
        }
    }
}
