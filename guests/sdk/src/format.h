// The engine of the printf family: text goes piece by piece to a sink.
#ifndef SDK_FORMAT_H
#define SDK_FORMAT_H

#include "wire_writer.h"

#include <stdarg.h>

typedef struct FormatSink {
    void (*write)(struct FormatSink *sink, const char *text, size_t length);
} FormatSink;

// One conversion: what stands between % and its letter.
typedef struct FormatSpecification {
    bool left, plus, space, alternate, zero;
    int width;
    int precision; // -1: none given
    char conversion;
} FormatSpecification;

// The number of bytes that the text has.
size_t guest_format(FormatSink *sink, const char *format, va_list arguments);

// For conversions f F e E g G.
size_t guest_format_double(FormatSink *sink, const FormatSpecification *specification, double value);

// Writes one character `count` times, and gives that number.
size_t guest_format_padding(FormatSink *sink, char character, size_t count);

// Formats to the open text of a message, cut between characters where it does not fit, repaired to UTF-8, and closes it.
void guest_format_open_text(WireWriter *writer, const char *format, va_list arguments);

#endif
