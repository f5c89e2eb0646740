package dev.torii.control;

import dev.torii.config.source.Catalog;
import dev.torii.config.source.Source;
import java.util.function.Consumer;

/** Where catalogs come from: files, or a cluster. */
public interface Feed {

    /** @param taker is given the first catalog and every next one, by one thread at a time */
    Source.Following follow(Consumer<Catalog> taker);
}
