package dev.torii.routing;

import java.util.List;

/**
 * Header edits: {@code set} replaces, {@code add} appends, {@code remove} drops. Names keep the configured spelling and
 * are compared without regard to case.
 */
public record HeaderChange(List<Header> set, List<Header> add, List<String> remove) {

    public HeaderChange {
        set = List.copyOf(set);
        add = List.copyOf(add);
        remove = List.copyOf(remove);
    }

    public record Header(String name, String value) {

        public Header {
            WireText.check(name);
            WireText.check(value);
        }
    }
}
