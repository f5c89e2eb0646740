package dev.torii.proxy.http;

import dev.torii.proxy.Fault;
import dev.torii.proxy.limit.Asking;
import dev.torii.proxy.limit.Limits;
import dev.torii.proxy.limit.Verdict;

/** Rate limits in a request's way. */
record LimitCheckpoint(Limits limits) implements Checkpoint {

    @Override
    public void enter(Passage passage) {
        Asking asking = limits.ask(passage, passage.eventLoop(), verdict -> apply(verdict, passage));
        passage.whenGone(asking::gone);
        asking.begin();
    }

    private static void apply(Verdict verdict, Passage passage) {
        passage.answerAlso(verdict.headers());
        String refusal = verdict.refusal();
        if (refusal == null) {
            passage.pass();
        } else {
            passage.refuse(new Decision.Refuse(Fault.RL, Fault.RL.httpStatus(), refusal));
        }
    }
}
