package dev.torii.testkit.cases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a case file into a {@link Case}; anything it does not know is a {@link CaseSyntaxException}. */
public final class CaseParser {

    private static final String SECTION = "=== ";
    private static final String USES = "uses:";
    private static final Pattern DELETE = Pattern.compile("delete (\\w+) (\\S+)");
    private static final Pattern REQUESTS = Pattern.compile("requests to ([^\\s,]+)(?:, trusting (\\S+))?");
    private static final Pattern CALLS = Pattern.compile("requests from (\\S+)");
    private static final Pattern FINDING = Pattern.compile("(error|warning) (\\w+): (.+)");

    private final Path file;
    private final List<String> lines;
    private final List<String> uses = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    private CaseParser(Path file, List<String> lines) {
        this.file = file;
        this.lines = lines;
    }

    public static Case parse(Path file) throws IOException {
        return parse(file, Files.readString(file));
    }

    static Case parse(Path file, String text) {
        return new CaseParser(file, text.lines().toList()).read();
    }

    private Case read() {
        int at = readPreamble();
        while (at < lines.size()) {
            int end = at + 1;
            while (end < lines.size() && !lines.get(end).startsWith(SECTION)) {
                end++;
            }
            steps.add(section(at, end));
            at = end;
        }
        if (steps.isEmpty()) {
            throw error(1, "no section: a case has lines that begin with '=== '");
        }
        String fileName = file.getFileName().toString();
        return new Case(fileName.replaceFirst("\\.case$", ""), file, uses, steps);
    }

    /** Comments and {@code uses:}; returns where the first section begins. */
    private int readPreamble() {
        int at = 0;
        while (at < lines.size() && !lines.get(at).startsWith(SECTION)) {
            String line = lines.get(at);
            if (line.startsWith(USES)) {
                uses.addAll(List.of(line.substring(USES.length()).trim().split("\\s*,\\s*")));
            } else if (!isIgnored(line)) {
                throw error(at + 1, "expected a comment, 'uses:' or a section, found: " + line);
            }
            at++;
        }
        return at;
    }

    private Step section(int start, int end) {
        String title = lines.get(start).substring(SECTION.length()).trim();
        int line = start + 1;
        Matcher delete = DELETE.matcher(title);
        Matcher requests = REQUESTS.matcher(title);
        Matcher calls = CALLS.matcher(title);
        if (title.equals("manifests")) {
            return new Step.Apply(line, lines.subList(start + 1, end));
        } else if (delete.matches()) {
            new Body(start, end).noLines();
            return new Step.Delete(line, delete.group(1), ObjectName.of(delete.group(2)));
        } else if (title.equals("status")) {
            return new Step.Status(line, new Body(start, end).statusLines());
        } else if (title.equals("findings")) {
            return new Step.Findings(line, new Body(start, end).findingLines());
        } else if (requests.matches()) {
            ObjectName gateway = ObjectName.of(requests.group(1));
            return new Step.Requests(line, gateway, requests.group(2), new Body(start, end).exchanges());
        } else if (calls.matches()) {
            return new Step.Calls(line, ObjectName.of(calls.group(1)), new Body(start, end).exchanges());
        }
        throw error(line, "no such section: " + title);
    }

    /** The lines of one section. */
    private final class Body {

        private final int first;
        private final int end;

        Body(int start, int end) {
            this.first = start + 1;
            this.end = end;
        }

        void noLines() {
            for (int i = first; i < end; i++) {
                if (!isIgnored(lines.get(i))) {
                    throw error(i + 1, "nothing can follow here, found: " + lines.get(i));
                }
            }
        }

        List<StatusLine> statusLines() {
            List<StatusLine> result = new ArrayList<>();
            for (int i = first; i < end; i++) {
                if (!isIgnored(lines.get(i))) {
                    result.add(read(i, StatusParser::parse));
                }
            }
            return result;
        }

        List<FindingLine> findingLines() {
            List<FindingLine> result = new ArrayList<>();
            for (int i = first; i < end; i++) {
                if (!isIgnored(lines.get(i))) {
                    Matcher finding = FINDING.matcher(lines.get(i).trim());
                    if (!finding.matches()) {
                        throw error(i + 1, "expected 'error Reason: text', found: " + lines.get(i));
                    }
                    result.add(new FindingLine(i + 1, finding.group(1), finding.group(2), finding.group(3)));
                }
            }
            return result;
        }

        List<Exchange> exchanges() {
            List<Exchange> result = new ArrayList<>();
            int i = first;
            while (i < end) {
                if (isIgnored(lines.get(i))) {
                    i++;
                    continue;
                }
                ExchangeParser exchange = read(i, ExchangeParser::begin);
                i++;
                while (i < end && lines.get(i).startsWith(" ")) {
                    read(i, exchange::add);
                    i++;
                }
                result.add(exchange.finish());
            }
            return result;
        }
    }

    private interface LineReader<T> {
        T read(int lineNumber, String line);
    }

    /** Gives what a line's parser complains about the file and line that a reader needs. */
    private <T> T read(int index, LineReader<T> reader) {
        try {
            return reader.read(index + 1, lines.get(index).trim());
        } catch (IllegalArgumentException e) {
            throw error(index + 1, String.valueOf(e.getMessage()));
        }
    }

    private static boolean isIgnored(String line) {
        return line.isBlank() || line.startsWith("#");
    }

    private CaseSyntaxException error(int line, String message) {
        return new CaseSyntaxException(file, line, message);
    }
}
