#include "format.h"
#include "utf8.h"

#include <sandbox/text.h>

#include <limits.h>

typedef enum Length { LengthNone, LengthChar, LengthShort, LengthLong, LengthLongLong, LengthSize, LengthPointerDifference, LengthMaximum,
                      LengthLongDouble } Length;

size_t guest_format_padding(FormatSink *sink, char character, size_t count)
{
    char piece[32];
    memset(piece, character, sizeof piece);
    for (size_t left = count; left != 0;) {
        size_t length = left < sizeof piece ? left : sizeof piece;
        sink->write(sink, piece, length);
        left -= length;
    }
    return count;
}

// Width and precision do not grow past what a text can have.
static int parse_number(const char **format)
{
    int number = 0;
    while (isdigit((unsigned char)**format)) {
        if (number < INT_MAX / 10 - 1)
            number = number * 10 + (**format - '0');
        (*format)++;
    }
    return number;
}

static void parse_flags(const char **format, FormatSpecification *specification)
{
    for (;; (*format)++)
        switch (**format) {
        case '-': specification->left = true; break;
        case '+': specification->plus = true; break;
        case ' ': specification->space = true; break;
        case '#': specification->alternate = true; break;
        case '0': specification->zero = true; break;
        default: return;
        }
}

static Length parse_length(const char **format)
{
    switch (*(*format)++) {
    case 'h':
        if (**format != 'h')
            return LengthShort;
        (*format)++;
        return LengthChar;
    case 'l':
        if (**format != 'l')
            return LengthLong;
        (*format)++;
        return LengthLongLong;
    case 'z': return LengthSize;
    case 't': return LengthPointerDifference;
    case 'j': return LengthMaximum;
    case 'L': return LengthLongDouble;
    default:
        (*format)--;
        return LengthNone;
    }
}

static size_t format_text(FormatSink *sink, const FormatSpecification *specification, const char *text, size_t length)
{
    size_t width = (size_t)specification->width;
    size_t padding = width > length ? width - length : 0;
    if (!specification->left)
        guest_format_padding(sink, ' ', padding);
    sink->write(sink, text, length);
    if (specification->left)
        guest_format_padding(sink, ' ', padding);
    return length + padding;
}

static size_t format_integer(FormatSink *sink, const FormatSpecification *specification, uintmax_t magnitude, const char *sign, unsigned base)
{
    const char *digit_characters = specification->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char digits[24];
    size_t count = 0;
    for (uintmax_t rest = magnitude; rest != 0; rest /= base)
        digits[sizeof digits - ++count] = digit_characters[rest % base];

    // A precision is the least number of digits; with precision 0, zero has none.
    size_t least = specification->precision < 0 ? 1 : (size_t)specification->precision;
    size_t zeros = least > count ? least - count : 0;
    const char *prefix = sign;
    if (specification->alternate && base == 16 && (magnitude != 0 || specification->conversion == 'p'))
        prefix = specification->conversion == 'X' ? "0X" : "0x";
    if (specification->alternate && base == 8 && zeros == 0)
        zeros = 1;

    size_t body = strlen(prefix) + zeros + count;
    size_t padding = (size_t)specification->width > body ? (size_t)specification->width - body : 0;
    if (specification->zero && !specification->left && specification->precision < 0) {
        zeros += padding;
        body += padding;
        padding = 0;
    }

    if (!specification->left)
        guest_format_padding(sink, ' ', padding);
    sink->write(sink, prefix, strlen(prefix));
    guest_format_padding(sink, '0', zeros);
    sink->write(sink, digits + sizeof digits - count, count);
    if (specification->left)
        guest_format_padding(sink, ' ', padding);
    return body + padding;
}

static intmax_t next_signed(Length length, va_list *arguments)
{
    switch (length) {
    case LengthChar: return (signed char)va_arg(*arguments, int);
    case LengthShort: return (short)va_arg(*arguments, int);
    case LengthLong: return va_arg(*arguments, long);
    case LengthLongLong: return va_arg(*arguments, long long);
    case LengthSize: return va_arg(*arguments, ptrdiff_t);
    case LengthPointerDifference: return va_arg(*arguments, ptrdiff_t);
    case LengthMaximum: return va_arg(*arguments, intmax_t);
    default: return va_arg(*arguments, int);
    }
}

static uintmax_t next_unsigned(Length length, va_list *arguments)
{
    switch (length) {
    case LengthChar: return (unsigned char)va_arg(*arguments, unsigned);
    case LengthShort: return (unsigned short)va_arg(*arguments, unsigned);
    case LengthLong: return va_arg(*arguments, unsigned long);
    case LengthLongLong: return va_arg(*arguments, unsigned long long);
    case LengthSize: return va_arg(*arguments, size_t);
    case LengthPointerDifference: return va_arg(*arguments, size_t);
    case LengthMaximum: return va_arg(*arguments, uintmax_t);
    default: return va_arg(*arguments, unsigned);
    }
}

static size_t format_signed(FormatSink *sink, const FormatSpecification *specification, intmax_t value)
{
    uintmax_t magnitude = value < 0 ? -(uintmax_t)value : (uintmax_t)value;
    return format_integer(sink, specification, magnitude, value < 0 ? "-" : specification->plus ? "+" : specification->space ? " " : "", 10);
}

static size_t format_string(FormatSink *sink, const FormatSpecification *specification, const char *text)
{
    if (text == NULL)
        text = "(null)";
    return format_text(sink, specification, text, specification->precision < 0 ? strlen(text) : strnlen(text, (size_t)specification->precision));
}

static size_t format_conversion(FormatSink *sink, FormatSpecification *specification, Length length, va_list *arguments)
{
    switch (specification->conversion) {
    case 'd':
    case 'i':
        return format_signed(sink, specification, next_signed(length, arguments));
    case 'u':
        return format_integer(sink, specification, next_unsigned(length, arguments), "", 10);
    case 'x':
    case 'X':
        return format_integer(sink, specification, next_unsigned(length, arguments), "", 16);
    case 'o':
        return format_integer(sink, specification, next_unsigned(length, arguments), "", 8);
    case 'p':
        specification->alternate = true;
        return format_integer(sink, specification, (uintptr_t)va_arg(*arguments, void *), "", 16);
    case 'c': {
        char character = (char)va_arg(*arguments, int);
        return format_text(sink, specification, &character, 1);
    }
    case 's':
        return format_string(sink, specification, va_arg(*arguments, const char *));
    case 'f':
    case 'F':
    case 'e':
    case 'E':
    case 'g':
    case 'G':
        return guest_format_double(sink, specification,
                                   length == LengthLongDouble ? (double)va_arg(*arguments, long double) : va_arg(*arguments, double));
    default:
        return SIZE_MAX;
    }
}

size_t guest_format(FormatSink *sink, const char *format, va_list arguments)
{
    size_t total = 0;
    va_list rest;
    va_copy(rest, arguments); // a va_list parameter is an array here, whose address is not a va_list *

    while (*format != '\0') {
        size_t plain = strcspn(format, "%");
        sink->write(sink, format, plain);
        total += plain;
        format += plain;
        if (*format == '\0')
            break;

        const char *start = format++;
        FormatSpecification specification = {.precision = -1};
        parse_flags(&format, &specification);
        if (*format == '*') {
            format++;
            int width = va_arg(rest, int);
            specification.left |= width < 0;
            specification.width = width >= 0 ? width : width == INT_MIN ? INT_MAX : -width;
        } else {
            specification.width = parse_number(&format);
        }
        if (*format == '.') {
            format++;
            if (*format == '*') {
                format++;
                int precision = va_arg(rest, int);
                specification.precision = precision < 0 ? -1 : precision;
            } else {
                specification.precision = parse_number(&format);
            }
        }
        Length length = parse_length(&format);
        specification.conversion = *format;
        if (*format != '\0')
            format++;

        size_t written = specification.conversion == '%' ? 1 : format_conversion(sink, &specification, length, &rest);
        if (specification.conversion == '%') {
            sink->write(sink, "%", 1);
        } else if (written == SIZE_MAX) {
            // Not a conversion that we know: shown as it stands, so that the mistake is seen.
            written = (size_t)(format - start);
            sink->write(sink, start, written);
        }
        total += written;
    }

    va_end(rest);
    return total;
}

typedef struct BufferSink {
    FormatSink sink;
    char *text;
    size_t room;
    size_t length;
} BufferSink;

static void write_to_buffer(FormatSink *sink, const char *text, size_t length)
{
    BufferSink *buffer = (BufferSink *)sink;
    size_t room = buffer->room - buffer->length;
    size_t fitting = length < room ? length : room;
    memcpy(buffer->text + buffer->length, text, fitting);
    buffer->length += fitting;
}

int vsnprintf(char *restrict text, size_t size, const char *restrict format, va_list arguments)
{
    char nothing;
    BufferSink buffer = {{write_to_buffer}, size == 0 ? &nothing : text, size == 0 ? 0 : size - 1, 0};
    size_t length = guest_format(&buffer.sink, format, arguments);
    if (size != 0)
        text[buffer.length] = '\0';
    return length > INT_MAX ? -1 : (int)length;
}

int snprintf(char *restrict text, size_t size, const char *restrict format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    return length;
}

void guest_format_open_text(WireWriter *writer, const char *format, va_list arguments)
{
    BufferSink buffer = {{write_to_buffer}, wire_open_text(writer), wire_open_text_room(writer), 0};
    if (guest_format(&buffer.sink, format, arguments) > buffer.length)
        buffer.length = guest_utf8_whole_length(buffer.text, buffer.length);
    guest_utf8_repair(buffer.text, buffer.length);
    wire_close_text(writer, buffer.length);
}
