package dev.torii.config.resource;

import dev.torii.config.Finding;

/**
 * An object that cannot be served because part of it cannot be read. Its author is told in its status.
 *
 * @param resource as far as it could be read: its name, generation and references are right where they are there
 * @param problem the first thing that is wrong
 */
public record Unreadable(Resource resource, Finding problem) {}
