#include "format.h"
#include "machine.h"
#include "output.h"

#include <sandbox/failure.h>

// The guest's last message, over whatever answer stood in the output buffer. It takes no heap, which may be what is broken.
static uint32_t write_last_message(int code, const char *format, va_list arguments)
{
    WireWriter writer;
    guest_output_begin_answer(&writer);
    wire_begin_error(&writer, code);
    guest_format_open_text(&writer, format, arguments);
    wire_finish(&writer);
    return guest_output_offset(&writer);
}

void guest_panic(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    uint32_t offset = write_last_message(GUEST_ERROR_UNKNOWN, format, arguments);
    va_end(arguments);
    GUEST_OUT(GUEST_PORT_PANIC, offset);
    GUEST_STOP();
}

void guest_abort(int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    uint32_t offset = write_last_message(code, format, arguments);
    va_end(arguments);
    GUEST_OUT(GUEST_PORT_ABORT, offset);
    GUEST_STOP();
}

#ifndef GUEST_NATIVE_TEST
// What the compiler puts above the local arrays of a function, and compares before it returns. Set anew at every start, by guest_entry.
uintptr_t __stack_chk_guard;

__attribute__((noreturn)) void __stack_chk_fail(void);

void __stack_chk_fail(void) { guest_abort(GUEST_ERROR_STACK_COOKIE, "stack cookie check failed"); }
#endif
