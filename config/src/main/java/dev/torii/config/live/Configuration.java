package dev.torii.config.live;

import dev.torii.config.Finding;
import dev.torii.config.compile.Compiled;
import dev.torii.config.live.Role.Outcome;
import dev.torii.config.source.Read;
import dev.torii.config.source.Source;
import dev.torii.config.source.Source.Taken;
import dev.torii.routing.Snapshot;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What becomes of a read: an unreadable one changes nothing that serves; a readable one is compiled and, when it says
 * something new, served. Either way its findings go to the log, each once as long as it lasts. Not for an event loop:
 * waits for the role, one change after the other. Safe on any thread.
 */
public final class Configuration {

    private static final Logger LOG = System.getLogger("dev.torii.config");
    private static final long SERVE_SECONDS = 30;

    private final Role role;
    private final boolean reviewed;
    private Set<Finding> findings = Set.of();
    private List<String> problems = List.of();
    private String told = "";
    private Snapshot current = Snapshot.EMPTY;
    private volatile String served = "";

    public Configuration(Role role) {
        this(role, false);
    }

    /** @param reviewed whether findings are left out of the log, see {@link Source#isReviewed} */
    public Configuration(Role role, boolean reviewed) {
        this.role = role;
        this.reviewed = reviewed;
    }

    /** Version of the last snapshot that was put in place; {@code ""} before the first. Never waits. */
    public String served() {
        return served;
    }

    /** Takes in what was read, and returns when it is served. */
    public synchronized Taken changed(Read read) {
        if (!read.readable()) {
            report(read.findings(), Outcome.REJECTED);
            String still = served.isEmpty() ? "nothing is served yet" : "still serving " + served;
            LOG.log(Level.WARNING, "configuration rejected; {0}", still);
            return new Taken(served, errors(read.findings()));
        }
        Compiled compiled = role.compile(read.resources());
        List<Finding> all = new ArrayList<>(read.findings());
        all.addAll(compiled.findings());
        boolean unchanged = compiled.snapshot().version().equals(served);
        report(all, unchanged ? Outcome.UNCHANGED : Outcome.APPLIED);
        return unchanged ? new Taken(served, problems) : serve(compiled.snapshot());
    }

    private static List<String> errors(List<Finding> findings) {
        return findings.stream().filter(Finding::isError).map(Finding::toString).toList();
    }

    /** Tries again what of the snapshot could not be served. */
    public synchronized void again() {
        if (!served.isEmpty()) {
            serve(current);
        }
    }

    private Taken serve(Snapshot next) {
        List<String> now;
        try {
            now = role.serve(next).toCompletableFuture().get(SERVE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Taken(served, List.of("interrupted"));
        } catch (ExecutionException | TimeoutException e) {
            String line = "snapshot " + next.version() + " could not be served: " + e.getMessage();
            LOG.log(Level.ERROR, line);
            return new Taken(served, List.of(line));
        }
        now.stream().filter(line -> !problems.contains(line)).forEach(line -> LOG.log(Level.ERROR, line));
        problems = List.copyOf(now);
        current = next;
        if (!next.version().equals(served)) {
            role.served(next.version());
            served = next.version();
        }
        String line = "serving snapshot " + served + ": " + role.summary(next);
        if (!line.equals(told)) {
            LOG.log(Level.INFO, line);
            told = line;
        }
        return new Taken(served, problems);
    }

    private Level level(Finding finding) {
        if (reviewed) {
            return Level.DEBUG;
        }
        return finding.isError() ? Level.ERROR : Level.WARNING;
    }

    /** One line for each finding that is new since the last read. */
    private void report(List<Finding> now, Outcome outcome) {
        now.stream()
                .filter(finding -> !findings.contains(finding))
                .forEach(finding -> LOG.log(level(finding), finding.toString()));
        findings = new HashSet<>(now);
        int errors = (int) now.stream().filter(Finding::isError).count();
        role.read(outcome, errors, now.size() - errors);
    }
}
