package dev.torii.proxy.upstream;

import dev.torii.proxy.HeaderList;

/**
 * The head of a request as a backend shall see it.
 *
 * @param authority for {@code Host} or {@code :authority}
 * @param target path and query
 * @param headers without Host and without hop-by-hop headers
 * @param bodyless whether the head is all there is
 * @param chunked whether the body has no announced length
 * @param upgrade the protocol of an {@code Upgrade} to pass on, {@code ""} for none
 */
public record UpstreamRequest(
        String method,
        String scheme,
        String authority,
        String target,
        HeaderList headers,
        boolean bodyless,
        boolean chunked,
        String upgrade) {}
