package dev.torii.proxy.http;

/**
 * What a request has to pass between the choice of its backend and the first try: rate limits, rehearsed faults.
 * Prepared with the plan, one for all requests, and used by all event loops.
 */
interface Checkpoint {

    /**
     * A request is here. Calls {@link Passage#pass} or {@link Passage#refuse} once, now or later, on the event loop
     * that this is called on. Whoever lets it wait says by {@link Passage#whenGone} how to stop that.
     */
    void enter(Passage passage);
}
