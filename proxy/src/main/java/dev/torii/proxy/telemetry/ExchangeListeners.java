package dev.torii.proxy.telemetry;

import dev.torii.proxy.ExchangeListener;
import dev.torii.proxy.ExchangeRecord;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Several listeners as one, told in their order. What one of them throws is logged, counted and forgotten: it reaches
 * neither the request nor the others. Safe on any thread if they are.
 */
public final class ExchangeListeners implements ExchangeListener {

    private static final Logger LOG = System.getLogger(ExchangeListeners.class.getName());

    private final ExchangeListener[] listeners;
    private final LongAdder failures = new LongAdder();

    public ExchangeListeners(List<ExchangeListener> listeners) {
        this.listeners = listeners.toArray(ExchangeListener[]::new);
    }

    @Override
    public void started() {
        for (ExchangeListener listener : listeners) {
            try {
                listener.started();
            } catch (RuntimeException e) {
                failed(e);
            }
        }
    }

    @Override
    public void ended(ExchangeRecord exchange) {
        for (ExchangeListener listener : listeners) {
            try {
                listener.ended(exchange);
            } catch (RuntimeException e) {
                failed(e);
            }
        }
    }

    @Override
    public void unrecognised(boolean silent) {
        for (ExchangeListener listener : listeners) {
            try {
                listener.unrecognised(silent);
            } catch (RuntimeException e) {
                failed(e);
            }
        }
    }

    @Override
    public void injected(String fault, String service, boolean abort) {
        for (ExchangeListener listener : listeners) {
            try {
                listener.injected(fault, service, abort);
            } catch (RuntimeException e) {
                failed(e);
            }
        }
    }

    @Override
    public void mirrored(String service, int status) {
        for (ExchangeListener listener : listeners) {
            try {
                listener.mirrored(service, status);
            } catch (RuntimeException e) {
                failed(e);
            }
        }
    }

    @Override
    public void mirrorDropped() {
        for (ExchangeListener listener : listeners) {
            try {
                listener.mirrorDropped();
            } catch (RuntimeException e) {
                failed(e);
            }
        }
    }

    @Override
    public void healthChecked(String service, boolean healthy) {
        for (ExchangeListener listener : listeners) {
            try {
                listener.healthChecked(service, healthy);
            } catch (RuntimeException e) {
                failed(e);
            }
        }
    }

    @Override
    public void retryRefused(String service) {
        for (ExchangeListener listener : listeners) {
            try {
                listener.retryRefused(service);
            } catch (RuntimeException e) {
                failed(e);
            }
        }
    }

    private void failed(RuntimeException e) {
        failures.increment();
        LOG.log(Level.ERROR, "a listener failed", e);
    }

    /** How often one of them threw, since the start. */
    public long failures() {
        return failures.sum();
    }
}
