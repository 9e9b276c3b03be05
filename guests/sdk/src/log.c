#include "format.h"
#include "machine.h"
#include "output.h"

#include <sandbox/log.h>

void guest_log_message(GuestLogLevel level, const char *source, const char *function, const char *file, uint32_t line, const char *format, ...)
{
    WireWriter writer;
    va_list arguments;
    guest_output_begin_message(&writer);
    wire_begin_log(&writer, (uint8_t)level, source, function, file, line);

    va_start(arguments, format);
    guest_format_open_text(&writer, format, arguments);
    va_end(arguments);

    if (wire_finish(&writer))
        GUEST_OUT(GUEST_PORT_LOG, guest_output_offset(&writer));
}
