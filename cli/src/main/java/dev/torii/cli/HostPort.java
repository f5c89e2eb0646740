package dev.torii.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code HOST:PORT}, an IPv6 address in brackets.
 *
 * @param host without brackets
 */
record HostPort(String host, int port) {

    static final class Converter implements ITypeConverter<HostPort> {
        @Override
        public HostPort convert(String text) {
            int colon = text.lastIndexOf(':');
            String host = text.substring(0, Math.max(0, colon));
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            } else if (host.indexOf(':') >= 0) {
                host = "";
            }
            int port = port(text.substring(colon + 1));
            if (host.isEmpty() || port < 0) {
                throw new TypeConversionException("'" + text + "' is not HOST:PORT");
            }
            return new HostPort(host, port);
        }

        private static int port(String text) {
            try {
                int port = Integer.parseInt(text);
                return port <= 65535 ? port : -1;
            } catch (NumberFormatException e) {
                return -1;
            }
        }
    }
}
