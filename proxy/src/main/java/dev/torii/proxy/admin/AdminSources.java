package dev.torii.proxy.admin;

import dev.torii.proxy.ClusterView;
import dev.torii.proxy.ControlContact;
import dev.torii.proxy.limit.LimitView;
import dev.torii.proxy.telemetry.LogTails;
import dev.torii.proxy.telemetry.Logging.Verbosity;
import dev.torii.proxy.telemetry.MetricsPage;
import dev.torii.routing.Snapshot;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the admin pages show and do. Asked anew for each request; all but {@code metrics} and {@code explain}, which run
 * on a worker thread, must answer at once.
 *
 * @param notReady why no traffic should come here, in a few words on one line; empty when it should
 * @param snapshot the one that is served
 * @param clusters live state of the clusters in use
 * @param limits live state of the rate limits
 * @param metrics the page for an Accept header
 * @param explain says in words, lines of text, what would happen to a request; throws
 *     {@link IllegalArgumentException} with a sentence for the user when the query makes no sense
 * @param control how well control is heard; gives null where there is none
 * @param log the access log
 * @param logLevel what is told now
 * @param setLogLevel changes that
 * @param drain begins to leave; may be called again
 * @param quit the same, without waiting for anybody to learn of it
 */
public record AdminSources(
        Supplier<Optional<String>> notReady,
        Supplier<Snapshot> snapshot,
        Supplier<Future<List<ClusterView>>> clusters,
        Supplier<List<LimitView>> limits,
        BiFunction<String, List<ClusterView>, MetricsPage> metrics,
        Function<ExplainQuery, String> explain,
        Supplier<@Nullable ControlContact> control,
        LogTails log,
        Supplier<Verbosity> logLevel,
        Consumer<Verbosity> setLogLevel,
        Runnable drain,
        Runnable quit) {}
