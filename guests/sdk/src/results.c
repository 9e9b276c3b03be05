// The answers of a function, each encoded at once at the start of the output buffer.
#include "dispatch.h"
#include "format.h"
#include "output.h"

#include <sandbox/failure.h>

// The answer that has been written; or, where it did not fit, an error that does.
static GuestResult finish_answer(WireWriter *writer, size_t wanted)
{
    if (!wire_finish(writer))
        return guest_error(GUEST_ERROR_GUEST, "the result, %zu bytes, does not fit the output buffer of %llu bytes", wanted,
                           (unsigned long long)guest_boot->output.size);
    guest_output_keep_answer(writer);
    return (GuestResult){guest_output_offset(writer)};
}

// 0 if the function may answer with this type; otherwise *result is the error.
static int check_type(GuestType type, GuestResult *result)
{
    const GuestFunction *function = guest_current.function;
    if (function == NULL)
        guest_panic("a result was made outside a call");
    if (type == function->types[0])
        return GUEST_ERROR_NONE;
    *result = guest_error(GUEST_ERROR_TYPE_MISMATCH, "function %s returned %s, and was declared to return %s", function->name,
                          guest_type_name(type), guest_type_name(function->types[0]));
    return GUEST_ERROR_TYPE_MISMATCH;
}

GuestResult return_value(GuestValue value)
{
    GuestResult result;
    if (check_type(value.type, &result) != GUEST_ERROR_NONE)
        return result;

    WireWriter writer;
    guest_output_begin_answer(&writer);
    wire_write_return(&writer, &value);
    return finish_answer(&writer, value.type == GuestTypeString ? value.string.length : value.type == GuestTypeBytes ? value.bytes.length : 8);
}

uint8_t *reserve_result_bytes(size_t length)
{
    GuestResult result;
    WireWriter writer;
    uint8_t *bytes = NULL;
    if (check_type(GuestTypeBytes, &result) == GUEST_ERROR_NONE) {
        guest_output_begin_answer(&writer);
        bytes = wire_write_return_of_bytes(&writer, length);
        finish_answer(&writer, length);
    }
    return bytes;
}

GuestResult return_reserved_bytes(void)
{
    // Whether bytes or an error, it starts where every answer does; what it is has been said when it was encoded.
    return (GuestResult){0};
}

GuestResult return_void(void) { return return_value((GuestValue){.type = GuestTypeVoid}); }
GuestResult return_i32(int32_t value) { return return_value(guest_value_i32(value)); }
GuestResult return_u32(uint32_t value) { return return_value(guest_value_u32(value)); }
GuestResult return_i64(int64_t value) { return return_value(guest_value_i64(value)); }
GuestResult return_u64(uint64_t value) { return return_value(guest_value_u64(value)); }
GuestResult return_f32(float value) { return return_value(guest_value_f32(value)); }
GuestResult return_f64(double value) { return return_value(guest_value_f64(value)); }
GuestResult return_bool(bool value) { return return_value(guest_value_bool(value)); }
GuestResult return_string(const char *text) { return return_value(guest_value_text(text)); }

GuestResult return_string_n(const char *text, size_t length) { return return_value(guest_value_string((GuestString){text, length})); }

GuestResult return_bytes(const void *data, size_t length) { return return_value(guest_value_bytes((GuestBytes){data, length})); }

GuestResult guest_error(int code, const char *format, ...)
{
    WireWriter writer;
    va_list arguments;
    guest_output_begin_answer(&writer);
    wire_begin_error(&writer, code == GUEST_ERROR_NONE ? GUEST_ERROR_GUEST : code);

    va_start(arguments, format);
    guest_format_open_text(&writer, format, arguments);
    va_end(arguments);

    if (!wire_finish(&writer))
        guest_panic("the output buffer has no room for an error");
    guest_output_keep_answer(&writer);
    return (GuestResult){guest_output_offset(&writer)};
}
