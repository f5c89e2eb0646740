package dev.torii.control.provision;

import dev.torii.control.status.Reality;
import java.util.List;

/**
 * What has become of a Gateway's proxies.
 *
 * @param problem why they cannot be made, or are reached nowhere
 */
public record Provision(List<Reality.Address> addresses, Reality.Problem problem) {

    public Provision {
        addresses = List.copyOf(addresses);
    }

    static Provision failed(String reason, String message) {
        return new Provision(List.of(), new Reality.Problem(reason, message));
    }
}
