package dev.torii.proxy.limit.redis;

/** Where permits are leased from. Any thread; nothing blocks. */
interface Budget {

    /** Whether it is worth asking: it has answered of late, or nobody knows yet. */
    boolean answers();

    /**
     * Asks for permits. Never told within this call: {@link Lease#answered}; or {@link Lease#unanswered}, at once when it cannot
     * be asked, else when {@link Ask#since} is as long ago as the store may take. An answer may still come after that.
     */
    void ask(Ask ask);
}
