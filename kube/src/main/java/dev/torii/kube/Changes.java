package dev.torii.kube;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.function.Consumer;

/** Whatever happens to anything that is watched, one thing is done. */
record Changes<T>(Consumer<T> onChange) implements ResourceEventHandler<T> {

    @Override
    public void onAdd(T added) {
        onChange.accept(added);
    }

    @Override
    public void onUpdate(T before, T after) {
        onChange.accept(after);
    }

    @Override
    public void onDelete(T deleted, boolean lastStateUnknown) {
        onChange.accept(deleted);
    }
}
