#include "format.h"
#include "host_call.h"
#include "output.h"
#include "utf8.h"

#include <sandbox/print.h>

#include <limits.h>

// Text is formatted straight into a call of HostPrint in the output buffer, which is sent when it is full, and at the end.
typedef struct PrintSink {
    FormatSink sink;
    WireWriter writer;
    size_t length; // of the text in the message
    bool failed;
} PrintSink;

static const char print_function[] = "HostPrint";

static void begin(PrintSink *print)
{
    guest_output_begin_message(&print->writer);
    wire_begin_print(&print->writer, (GuestString){print_function, sizeof print_function - 1});
    print->length = 0;
}

// Sends the first `length` bytes of the text.
static void send(PrintSink *print, size_t length)
{
    int32_t printed;
    guest_utf8_repair(wire_open_text(&print->writer), length);
    wire_close_text(&print->writer, length);
    print->failed |= guest_send_host_call(&print->writer, print_function, GuestTypeI32, &printed) != GUEST_ERROR_NONE;
}

// Sends what is there but for the beginning of a character that is not whole yet, which begins the next message.
static void send_and_go_on(PrintSink *print)
{
    char split[4];
    const char *text = wire_open_text(&print->writer);
    size_t whole = guest_utf8_whole_length(text, print->length);
    size_t rest = print->length - whole;
    memcpy(split, text + whole, rest);

    send(print, whole);
    begin(print);
    if (!print->failed) {
        memcpy(wire_open_text(&print->writer), split, rest);
        print->length = rest;
    }
}

static void write_to_host(FormatSink *sink, const char *text, size_t length)
{
    PrintSink *print = (PrintSink *)sink;
    while (length != 0 && !print->failed) {
        size_t room = wire_open_text_room(&print->writer) - print->length;
        size_t fitting = length < room ? length : room;
        memcpy(wire_open_text(&print->writer) + print->length, text, fitting);
        print->length += fitting;
        text += fitting;
        length -= fitting;
        if (length == 0)
            return;

        // A buffer that holds not even one character would never get further; sending fails, and says so.
        if (wire_open_text_room(&print->writer) < 4)
            print->writer.overflowed = true;
        send_and_go_on(print);
    }
}

int vprintf(const char *restrict format, va_list arguments)
{
    PrintSink print = {.sink = {write_to_host}};
    begin(&print);
    size_t length = guest_format(&print.sink, format, arguments);
    if (!print.failed)
        send(&print, print.length);
    return print.failed || length > INT_MAX ? -1 : (int)length;
}

int printf(const char *restrict format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vprintf(format, arguments);
    va_end(arguments);
    return length;
}

int puts(const char *text) { return printf("%s\n", text); }

int putchar(int character) { return printf("%c", character) < 0 ? -1 : (unsigned char)character; }
