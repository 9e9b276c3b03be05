#include "machine.h"
#include "output.h"
#include "utf8.h"

#include <sandbox/span.h>

// The host keeps no more characters of a name or a text, and one has 4 bytes at most.
#define LONGEST 1024

static GuestSpan latest;

// A copy that is UTF-8, whatever the author passed in: a program that works while nobody listens works while somebody does.
static GuestValue text_value(GuestString text, char *copy)
{
    size_t length = text.length;
    if (length > LONGEST)
        length = guest_utf8_whole_length(text.text, LONGEST);
    memcpy(copy, text.text, length);
    guest_utf8_repair(copy, length);
    return guest_value_string((GuestString){copy, length});
}

// An operation is a call that nobody answers. One that does not fit the output buffer is dropped, as a log message is.
static void send(const char *operation, const GuestValue *parameters, size_t count)
{
    WireWriter writer;
    guest_output_begin_message(&writer);
    wire_write_call(&writer, (GuestString){operation, strlen(operation)}, GuestTypeVoid, parameters, count);
    if (wire_finish(&writer))
        GUEST_OUT(GUEST_PORT_SPAN, guest_output_offset(&writer));
}

GuestSpan guest_span_begin(const char *name)
{
    char copy[LONGEST];
    if (!guest_is_traced())
        return 0;
    if (++latest == 0)
        latest = 1;
    send("begin", (const GuestValue[]){guest_value_u32(latest), text_value(guest_value_text(name).string, copy)}, 2);
    return latest;
}

void guest_span_end(GuestSpan span)
{
    if (span != 0 && guest_is_traced())
        send("end", (const GuestValue[]){guest_value_u32(span)}, 1);
}

void guest_span_set(GuestSpan span, const char *key, GuestValue value)
{
    char key_copy[LONGEST], text_copy[LONGEST];
    if (span == 0 || !guest_is_traced() || value.type == GuestTypeVoid || value.type >= GuestTypeBytes)
        return;
    if (value.type == GuestTypeString)
        value = text_value(value.string, text_copy);
    send("set", (const GuestValue[]){guest_value_u32(span), text_value(guest_value_text(key).string, key_copy), value}, 3);
}
