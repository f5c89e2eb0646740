package dev.torii.config.stream;

import dev.torii.config.source.Read;
import dev.torii.config.source.Source;
import dev.torii.config.stream.Message.Hello;
import dev.torii.config.stream.Message.You;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Configuration from control, by a stream that is opened again whenever it ends. What control last committed is served
 * until it commits something else, however long it is away; with a copy on disk also by the next process.
 *
 * <p>Reads and serves on a thread {@code torii-control}; asks and answers on a second one while there is a connection. One
 * instance is followed once. Other methods may be called from any thread, before and after that, and never wait.
 */
public final class StreamSource implements Source {

    /** All manifests together may take one in so many parts of the heap. */
    private static final long SHARE_OF_HEAP = 8;

    private static final long WANT_MILLIS = 1_000;

    /**
     * @param self who this proxy is; without wants, and having nothing
     * @param token a file with what it shows to control; looked at with TLS only, at each connection
     * @param authorities a file with certificates in PEM, one of which has signed control's; the same
     * @param state a folder that is this proxy's alone, for a copy of what it has; null for none
     */
    public record Settings(
            ControlAddress control,
            Hello self,
            Path token,
            Path authorities,
            @Nullable Path state) {}

    private final Settings settings;
    private final Times times;
    private final long most = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
    private final Wants wants;
    private volatile @Nullable Stream stream;
    private volatile @Nullable You you;

    public StreamSource(Settings settings) {
        this(settings, Times.STANDARD, System::nanoTime);
    }

    /** @param clock by which places are forgotten */
    StreamSource(Settings settings, Times times, LongSupplier clock) {
        this.settings = settings;
        this.times = times;
        this.wants = new Wants(TimeUnit.MILLISECONDS.toNanos(WANT_MILLIS), clock);
    }

    @Override
    public Following follow(Function<Read, Taken> taker) {
        Path state = settings.state();
        Copy copy = state == null ? null : new Copy(state, most);
        Dialer dialer = new Dialer(settings.control(), settings.token(), settings.authorities(), times);
        Serving serving = new Serving(taker, named -> you = named, settings.self(), wants, copy);
        Stream following = new Stream(settings.control(), dialer, times, serving, wants, most);
        stream = following;
        following.start();
        return following;
    }

    @Override
    public boolean isReviewed() {
        return true;
    }

    /** Whose sidecar control says that this is; null before it has. Set before the taker gets what was said for it. */
    public @Nullable You you() {
        return you;
    }

    @Override
    public Contact contact() {
        Stream following = stream;
        return following == null ? Contact.NONE : following.contact();
    }

    /**
     * Asks control for a place that the app calls and the configuration does not know; once for each.
     *
     * @param place a canonical IP address, or a name {@code service.namespace}
     * @return completes, on another thread, when what is there is served, or is nobody's, or there is nobody to ask; null
     *     when there is nothing to wait for: control is away, has answered, or takes its time
     */
    public @Nullable CompletionStage<Void> want(String place) {
        CompletionStage<Void> answer = wants.ask(place);
        Stream following = stream;
        if (answer != null && following != null) {
            following.wake();
        }
        return answer;
    }

    /**
     * Tells which places the app calls, known ones too; every minute or so. What nobody has called for half an hour, or for
     * longest when there is no more room, is forgotten: the stream is then opened anew, with what is left.
     *
     * @param places as they are spelled for {@link #want}
     */
    public void called(Collection<String> places) {
        wants.called(places);
        Stream following = stream;
        if (wants.forget() && following != null) {
            following.again();
        }
    }
}
