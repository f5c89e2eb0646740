package dev.torii.config.resource;

import org.jspecify.annotations.Nullable;

/**
 * What a policy is attached to, at {@code spec.targetRefs[i]}.
 *
 * @param object in the policy's own namespace
 * @param sectionName a part of it (a Service port's, listener's or rule's name), or null for all
 */
public record PolicyTarget(ObjectRef object, @Nullable String sectionName) {}
