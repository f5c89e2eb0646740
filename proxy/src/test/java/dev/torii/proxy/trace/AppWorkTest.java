package dev.torii.proxy.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AppWorkTest {

    private final AppWork work = new AppWork();

    @Test
    void aRequestIsKnownByItsTraceAsLongAsItLasts() {
        work.begins("t1", "r1");
        work.begins("t2", "r2");
        work.begins("t1", "r1");
        work.ends("t1");
        assertThat(work.requestId("t1")).isEqualTo("r1");
        work.ends("t1");
        assertThat(work.requestId("t1")).isNull();
        assertThat(work.requestId("t2")).isEqualTo("r2");
    }

    @Test
    void onlySoManyAreRemembered() {
        for (int i = 0; i <= AppWork.MAX_TRACES; i++) {
            work.begins("t" + i, "r");
        }
        assertThat(work.requestId("t" + (AppWork.MAX_TRACES - 1))).isEqualTo("r");
        assertThat(work.requestId("t" + AppWork.MAX_TRACES)).isNull();
        work.ends("t" + AppWork.MAX_TRACES);
        work.ends("t0");
        work.begins("again", "r");
        assertThat(work.requestId("again")).isEqualTo("r");
    }

    @Test
    void aCallThatTellsNothingCountsWhileThereIsWork() {
        work.unknownCall();
        assertThat(work.lost()).isZero();
        work.begins("t", "r");
        work.unknownCall();
        work.ends("t");
        work.unknownCall();
        assertThat(work.lost()).isEqualTo(1);
    }
}
