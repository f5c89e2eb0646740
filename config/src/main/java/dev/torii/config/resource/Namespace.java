package dev.torii.config.resource;

/** Core {@code Namespace}: its labels are what selectors look at. */
public record Namespace(Metadata metadata) implements Resource {

    @Override
    public String group() {
        return CORE_GROUP;
    }

    @Override
    public String kind() {
        return "Namespace";
    }
}
