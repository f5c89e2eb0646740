package dev.torii.bench.scg;

/** Writes one flat JSON object, with at most objects of texts inside. */
final class JsonLine {

    private final StringBuilder out = new StringBuilder(512).append('{');
    private boolean first = true;

    JsonLine text(String name, String value) {
        name(name).append('"');
        String text = value == null ? "" : value;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
        return this;
    }

    JsonLine number(String name, long value) {
        name(name).append(value);
        return this;
    }

    JsonLine open(String name) {
        name(name).append('{');
        first = true;
        return this;
    }

    JsonLine close() {
        out.append('}');
        first = false;
        return this;
    }

    String end() {
        return out.append('}').toString();
    }

    private StringBuilder name(String name) {
        if (!first) {
            out.append(',');
        }
        first = false;
        return out.append('"').append(name).append("\":");
    }
}
