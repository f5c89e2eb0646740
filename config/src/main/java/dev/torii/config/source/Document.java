package dev.torii.config.source;

import dev.torii.config.resource.Resource;

/**
 * An object as read, and as text for those who read it after us.
 *
 * @param json the manifest in one line, without {@code status} and what of {@code metadata} nobody here reads; reading it
 *     gives an equal resource
 */
public record Document(Resource resource, String json) {}
