// Calling functions of the host.
#include "dispatch.h"
#include "machine.h"
#include "output.h"
#include "host_call.h"

#include <sandbox/failure.h>
#include <sandbox/host.h>
#include <sandbox/text.h>

static struct {
    int code;
    bool from_host; // the message is the host's, in the input buffer; otherwise it is ours
    GuestString host_message;
    char own_message[160];
} last_error;

static int fail_here(int code, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));

static int fail_here(int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(last_error.own_message, sizeof last_error.own_message, format, arguments);
    va_end(arguments);
    last_error.from_host = false;
    last_error.code = code;
    return code;
}

static void store_result(void *destination, const GuestValue *value)
{
    switch (value->type) {
    case GuestTypeI32:
    case GuestTypeU32:
    case GuestTypeF32:
        memcpy(destination, &value->u32, sizeof value->u32);
        break;
    case GuestTypeI64:
    case GuestTypeU64:
    case GuestTypeF64:
        memcpy(destination, &value->u64, sizeof value->u64);
        break;
    case GuestTypeBool:
        *(bool *)destination = value->boolean;
        break;
    case GuestTypeString:
        *(GuestString *)destination = value->string;
        break;
    case GuestTypeBytes:
        *(GuestBytes *)destination = value->bytes;
        break;
    case GuestTypeVoid:
        break;
    }
}

// Sends the call that the writer has made, and reads the answer.
int guest_send_host_call(WireWriter *writer, const char *name, GuestType result_type, void *result)
{
    if (!wire_finish(writer))
        return fail_here(GUEST_ERROR_GUEST, "the call of host function %s does not fit the output buffer of %llu bytes", name,
                         (unsigned long long)guest_boot->output.size);

    GUEST_OUT(GUEST_PORT_HOST_CALL, guest_output_offset(writer));

    // The call being served keeps its place, so the host's answer stands behind it.
    size_t start = guest_round_up(guest_current.message_length, 16);
    size_t size = guest_boot->input.size;
    WireMessage message;
    WireResult answer;
    if (start > size || !wire_open_message((const uint8_t *)guest_boot->input.address + start, size - start, &message) ||
        !wire_read_result(&message, &answer))
        return fail_here(GUEST_ERROR_UNKNOWN, "the answer of host function %s is malformed", name);

    if (answer.failed) {
        last_error.from_host = true;
        last_error.host_message = answer.message;
        last_error.code = answer.error_code == GUEST_ERROR_NONE ? GUEST_ERROR_HOST_FUNCTION : answer.error_code;
        return last_error.code;
    }
    if (answer.value.type != result_type)
        return fail_here(GUEST_ERROR_TYPE_MISMATCH, "host function %s returned %s, not %s", name, guest_type_name(answer.value.type),
                         guest_type_name(result_type));

    store_result(result, &answer.value);
    last_error.from_host = false;
    last_error.code = GUEST_ERROR_NONE;
    return GUEST_ERROR_NONE;
}

int guest_host_call(GuestType result_type, void *result, const GuestValue *values, size_t count)
{
    if (count == 0 || values[0].type != GuestTypeString)
        guest_panic("a host call begins with the function's name");
    for (size_t i = 1; i < count; i++)
        if (values[i].type == GuestTypeVoid || values[i].type > GuestTypeBytes)
            guest_panic("argument %zu of host function %s has type %d, which no parameter can have", i - 1, values[0].string.text,
                        (int)values[i].type);
    if (count - 1 > GUEST_MAXIMUM_PARAMETERS)
        return fail_here(GUEST_ERROR_WRONG_PARAMETER_COUNT, "host function %s was called with %zu arguments, more than %d",
                         values[0].string.text, count - 1, GUEST_MAXIMUM_PARAMETERS);

    WireWriter writer;
    guest_output_begin_message(&writer);
    wire_write_call(&writer, values[0].string, result_type, values + 1, count - 1);
    return guest_send_host_call(&writer, values[0].string.text, result_type, result);
}

int guest_host_error_code(void) { return last_error.code; }

const char *guest_host_error_message(void)
{
    if (last_error.code == GUEST_ERROR_NONE)
        return "";
    return last_error.from_host ? last_error.host_message.text : last_error.own_message;
}

GuestResult guest_error_from_host(void)
{
    int code = last_error.from_host ? GUEST_ERROR_HOST_FUNCTION : last_error.code;
    return guest_error(code, "%s", guest_host_error_message());
}
