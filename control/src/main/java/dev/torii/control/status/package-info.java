/**
 * Tells in the cluster what became of its objects: the {@code status} of GatewayClasses, Gateways, ListenerSets, routes and
 * policies, as {@code gateway-api.md} section 5 has it. {@code DesiredStatuses} says what we have to say, {@code
 * StatusMerge} puts it among what others say (pure), {@code StatusWriter} writes it. Start there. Writes nothing but
 * status, nothing of others, and nothing that is there already.
 */
@NullMarked
package dev.torii.control.status;

import org.jspecify.annotations.NullMarked;
