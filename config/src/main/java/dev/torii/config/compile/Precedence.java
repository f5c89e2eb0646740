package dev.torii.config.compile;

import dev.torii.config.resource.Resource;
import java.util.Comparator;

/** Which of several objects that want the same thing gets it. The Gateway API answers this the same way everywhere. */
final class Precedence {

    /** By creation, then by {@code namespace/name}. Objects of unknown age, as in most files, count as the oldest. */
    static final Comparator<Resource> OLDEST_FIRST = Comparator.comparingLong(
                    (Resource each) -> each.metadata().createdEpochSecond())
            .thenComparing(Resource::path);

    private Precedence() {}
}
