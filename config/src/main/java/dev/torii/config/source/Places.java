package dev.torii.config.source;

import dev.torii.config.Position;
import dev.torii.config.resource.Positions;

/** How findings tell where a value stands. */
interface Places {

    Position of(Value value);

    Position of(Value.Entry key);

    /**
     * For those who know the object and no longer its values.
     *
     * @param whole whether somebody may ask for more than where the document begins
     */
    Positions within(Value document, boolean whole);

    /** By the line and column of a text. */
    static Places inText(String file) {
        return new Places() {

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
