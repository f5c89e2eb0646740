package dev.torii.control.provision;

import dev.torii.control.status.Reality;
import java.util.List;

/**
 * What has become of a Gateway's proxies.
 *
 * @param problem why they cannot be made, or are reached nowhere
 * @param known false where they are left as they are, since nobody can say now how they should be
 */
public record Provision(List<Reality.Address> addresses, Reality.Problem problem, boolean known) {

    static final Provision LEFT = new Provision(List.of(), Reality.Problem.NONE, false);

    public Provision {
        addresses = List.copyOf(addresses);
    }

    static Provision failed(String reason, String message) {
        return new Provision(List.of(), new Reality.Problem(reason, message), true);
    }
}
