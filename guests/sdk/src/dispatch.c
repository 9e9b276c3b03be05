#include "dispatch.h"
#include "machine.h"
#include "output.h"
#include "registry.h"

const volatile GuestBootInformation *guest_boot;
GuestCurrentCall guest_current;

const char *guest_type_name(GuestType type)
{
    static const char names[][8] = {"Void", "I32", "U32", "I64", "U64", "F32", "F64", "Bool", "String", "Bytes"};
    return (uint32_t)type < sizeof names / sizeof *names ? names[type] : "unknown";
}

// 0 if the call fits the function; otherwise the error has been answered in *result.
static int check_call(const GuestFunction *function, const WireCall *call, GuestResult *result)
{
    if (call->parameter_count != function->parameter_count) {
        *result = guest_error(GUEST_ERROR_WRONG_PARAMETER_COUNT, "function %s takes %zu parameters, not %zu", function->name,
                              function->parameter_count, call->parameter_count);
        return GUEST_ERROR_WRONG_PARAMETER_COUNT;
    }

    for (size_t i = 0; i < call->parameter_count; i++) {
        GuestType type = call->parameters[i].type;
        if (type == GuestTypeVoid || type > GuestTypeBytes) {
            *result = guest_error(GUEST_ERROR_UNSUPPORTED_PARAMETER_TYPE, "parameter %zu of function %s has unknown type %d", i, function->name,
                                  (int)type);
            return GUEST_ERROR_UNSUPPORTED_PARAMETER_TYPE;
        }
        if (type != function->types[i + 1]) {
            *result = guest_error(GUEST_ERROR_TYPE_MISMATCH, "parameter %zu of function %s is %s, not %s", i, function->name,
                                  guest_type_name(function->types[i + 1]), guest_type_name(type));
            return GUEST_ERROR_TYPE_MISMATCH;
        }
    }

    if (call->result_type != function->types[0]) {
        *result = guest_error(GUEST_ERROR_TYPE_MISMATCH, "the result of function %s is %s, not %s", function->name,
                              guest_type_name(function->types[0]), guest_type_name(call->result_type));
        return GUEST_ERROR_TYPE_MISMATCH;
    }
    return GUEST_ERROR_NONE;
}

GuestResult guest_serve_message(const WireMessage *message)
{
    WireCall *call = &guest_current.call;
    guest_current.function = NULL;
    guest_output_clear();
    if (!wire_read_call(message, call))
        return guest_error(GUEST_ERROR_UNKNOWN, "the call is malformed");
    if (call->name.length == 0)
        return guest_error(GUEST_ERROR_FUNCTION_NAME_MISSING, "the call names no function");

    const GuestFunction *function = guest_find_function(call->name);
    if (function == NULL)
        return guest_error(GUEST_ERROR_FUNCTION_NOT_FOUND, "the guest has no function %s", call->name.text);

    GuestResult result;
    if (check_call(function, call, &result) != GUEST_ERROR_NONE)
        return result;

    guest_current.function = function;
    result = function->body();
    guest_current.function = NULL;
    return result;
}

GuestResult guest_serve_call(void)
{
    WireMessage message;
    guest_current.message_length = 0;
    if (!wire_open_message((const uint8_t *)guest_boot->input.address, guest_boot->input.size, &message))
        return guest_error(GUEST_ERROR_UNKNOWN, "the call's length exceeds the input buffer");

    guest_current.message_length = message.end;
    return guest_serve_message(&message);
}
