/**
 * Gateways get proxies: for each Gateway of ours a Deployment, a Service and what goes with them. Start at {@code
 * Provisioner}; what is wanted is worked out in {@code GatewayObjects}, which is pure. Touches nothing that is not of the
 * Gateway it works for, by label and by owner.
 */
@NullMarked
package dev.torii.control.provision;

import org.jspecify.annotations.NullMarked;
