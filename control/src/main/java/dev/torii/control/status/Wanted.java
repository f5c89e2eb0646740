package dev.torii.control.status;

import dev.torii.config.compile.Status;
import dev.torii.config.resource.ObjectKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one object and is to stand in its status. Equal means: nothing new.
 *
 * @param path of the object at the API server
 * @param generation of the object
 * @param statuses all entries of it; empty when it has nothing to do with us, or no longer
 * @param reality of the Gateway, or of the ListenerSet's Gateway; else null
 */
public record Wanted(
        ObjectKey key,
        String path,
        long generation,
        List<Status> statuses,
        @Nullable Reality reality) {

    public Wanted {
        statuses = List.copyOf(statuses);
    }
}
