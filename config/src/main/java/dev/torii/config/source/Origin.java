package dev.torii.config.source;

import dev.torii.config.Position;
import dev.torii.config.resource.Positions;

/** Where a document comes from, and so how findings tell where a value stands. */
interface Origin {

    /**
     * Whether an API server has taken the document in: what we do not know in it is then newer than we are, and no mistake
     * of anybody's.
     */
    boolean isVetted();

    Position of(Value value);

    Position of(Value.Entry key);

    /**
     * For those who know the object and no longer its values.
     *
     * @param whole whether somebody may ask for more than where the document begins
     */
    Positions within(Value document, boolean whole);

    /** A text that somebody wrote: by line and column. */
    static Origin text(String file) {
        return new Origin() {

            @Override
            public boolean isVetted() {
                return false;
            }

            @Override
            public Position of(Value value) {
                return new Position(file, value.line(), value.column());
            }

            @Override
            public Position of(Value.Entry key) {
                return new Position(file, key.line(), key.column());
            }

            @Override
            public Positions within(Value document, boolean whole) {
                return new Positions((whole ? Outline.of(file, document) : Outline.ofTop(file, document))::at);
            }
        };
    }
}
