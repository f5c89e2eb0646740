package dev.torii.config.source;

import dev.torii.config.Position;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where the values of one document stand, without the values: a few bytes for each, kept as long as its object lives,
 * while the document itself is let go. Immutable.
 *
 * <p>A value is written as its line and column, both counted from those of the value around it, what it is, and what is
 * in it. What an alias stands for is not gone into: aliases may multiply a text by thousands.
 */
final class Outline {

    private static final int LEAF = 0;
    private static final int ITEMS = 1;
    private static final int MAPPING = 2;
    private static final int MORE = 0x80;

    private final String file;
    private final byte[] values;

    private Outline(String file, byte[] values) {
        this.file = file;
        this.values = values;
    }

    static Outline of(String file, Value document) {
        var out = new ByteArrayOutputStream();
        write(document, 0, 0, out);
        return new Outline(file, out.toByteArray());
    }

    /** Of a document that nobody asks more about than where it is. */
    static Outline ofTop(String file, Value document) {
        var out = new ByteArrayOutputStream(4);
        writeHead(document, 0, 0, LEAF, out);
        return new Outline(file, out.toByteArray());
    }

    private static void write(Value value, int line, int column, ByteArrayOutputStream out) {
        boolean alias = value.line() < line || value.line() == line && value.column() < column;
        if (!alias && value instanceof Value.Items items) {
            writeHead(value, line, column, ITEMS, out);
            writeNumber(items.values().size(), out);
            items.values().forEach(each -> write(each, value.line(), value.column(), out));
        } else if (!alias && value instanceof Value.Mapping mapping) {
            writeHead(value, line, column, MAPPING, out);
            writeNumber(mapping.entries().size(), out);
            for (Map.Entry<String, Value.Entry> each : mapping.entries().entrySet()) {
                byte[] key = each.getKey().getBytes(StandardCharsets.UTF_8);
                writeNumber(key.length, out);
                out.writeBytes(key);
                write(each.getValue().value(), value.line(), value.column(), out);
            }
        } else {
            writeHead(value, line, column, LEAF, out);
        }
    }

    private static void writeHead(Value value, int line, int column, int kind, ByteArrayOutputStream out) {
        writeSigned(value.line() - line, out);
        writeSigned(value.column() - column, out);
        out.write(kind);
    }

    private static void writeSigned(int number, ByteArrayOutputStream out) {
        writeNumber(number << 1 ^ number >> 31, out);
    }

    /** Seven bits a byte, the lowest first. */
    private static void writeNumber(int number, ByteArrayOutputStream out) {
        int rest = number;
        while ((rest & -MORE) != 0) {
            out.write(rest & MORE - 1 | MORE);
            rest >>>= 7;
        }
        out.write(rest);
    }

    /**
     * Where the value at a path such as {@code spec.rules[0].name} or {@code metadata.annotations[torii.dev/endpoints]}
     * stands, or the innermost one on the way to it that exists.
     */
    Position at(String path) {
        Reading reading = new Reading();
        reading.head();
        int from = 0;
        while (from < path.length()) {
            boolean bracket = path.charAt(from) == '[';
            int start = bracket || path.charAt(from) == '.' ? from + 1 : from;
            int end = bracket ? path.indexOf(']', start) : wordEnd(path, start);
            if (end < 0 || !reading.enter(path.substring(start, end))) {
                break;
            }
            from = bracket ? end + 1 : end;
        }
        return new Position(file, reading.line, reading.column);
    }

    private static int wordEnd(String path, int start) {
        int end = start;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        return end;
    }

    /** Walks the values from the outside in. */
    private final class Reading {

        private int next;
        private int line;
        private int column;
        private int kind;

        /** The value that begins here, whose surroundings are where this stands. */
        void head() {
            line += signed();
            column += signed();
            kind = values[next++];
        }

        /** Goes to what has that name or index; stays when there is none. */
        boolean enter(String name) {
            int count = kind == LEAF ? 0 : number();
            for (int i = 0; i < count; i++) {
                String key = kind == ITEMS ? String.valueOf(i) : key();
                if (key.equals(name)) {
                    head();
                    return true;
                }
                skip();
            }
            return false;
        }

        private void skip() {
            signed();
            signed();
            int skipped = values[next++];
            int count = skipped == LEAF ? 0 : number();
            for (int i = 0; i < count; i++) {
                if (skipped == MAPPING) {
                    key();
                }
                skip();
            }
        }

        private String key() {
            int length = number();
            next += length;
            return new String(values, next - length, length, StandardCharsets.UTF_8);
        }

        private int signed() {
            int number = number();
            return number >>> 1 ^ -(number & 1);
        }

        private int number() {
            int number = 0;
            for (int shift = 0; ; shift += 7) {
                int part = values[next++];
                number |= (part & MORE - 1) << shift;
                if (part >= 0) {
                    return number;
                }
            }
        }
    }
}
