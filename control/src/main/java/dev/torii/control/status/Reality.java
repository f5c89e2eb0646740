package dev.torii.control.status;

import dev.torii.control.stream.Programmed;
import java.time.Instant;
import java.util.List;

/**
 * How far a Gateway has come, beside what could be.
 *
 * @param proxies what its proxies have acknowledged
 * @param patience until then a Programmed that stands as True is left so, though not all proxies are there yet
 * @param addresses at which it is reached
 * @param addressesKnown whether that is all there is to know; if not, what is told of addresses stays
 * @param problem why there are none, or why nothing can be made for it
 */
public record Reality(
        Programmed.State proxies, Instant patience, List<Address> addresses, boolean addressesKnown, Problem problem) {

    public Reality {
        addresses = List.copyOf(addresses);
    }

    /** @param type {@code IPAddress} or {@code Hostname} */
    public record Address(String type, String value) {}

    /** @param reason of {@code Programmed}; {@code ""} for no problem at all */
    public record Problem(String reason, String message) {

        public static final Problem NONE = new Problem("", "");

        boolean isAddress() {
            return reason.startsWith("Address");
        }
    }
}
