// The parameters of the call being served.
#include "dispatch.h"

#include <sandbox/failure.h>

size_t arg_count(void) { return guest_current.call.parameter_count; }

const GuestValue *arg_value(size_t index)
{
    if (index >= guest_current.call.parameter_count)
        guest_panic("parameter %zu asked for, of %zu", index, guest_current.call.parameter_count);
    return &guest_current.call.parameters[index];
}

static const GuestValue *typed_value(size_t index, GuestType type)
{
    const GuestValue *value = arg_value(index);
    if (value->type != type)
        guest_panic("parameter %zu asked for as %s; it is %s", index, guest_type_name(type), guest_type_name(value->type));
    return value;
}

int32_t arg_i32(size_t index) { return typed_value(index, GuestTypeI32)->i32; }
uint32_t arg_u32(size_t index) { return typed_value(index, GuestTypeU32)->u32; }
int64_t arg_i64(size_t index) { return typed_value(index, GuestTypeI64)->i64; }
uint64_t arg_u64(size_t index) { return typed_value(index, GuestTypeU64)->u64; }
float arg_f32(size_t index) { return typed_value(index, GuestTypeF32)->f32; }
double arg_f64(size_t index) { return typed_value(index, GuestTypeF64)->f64; }
bool arg_bool(size_t index) { return typed_value(index, GuestTypeBool)->boolean; }
const char *arg_string(size_t index) { return arg_text(index).text; }
size_t arg_string_length(size_t index) { return arg_text(index).length; }
GuestString arg_text(size_t index) { return typed_value(index, GuestTypeString)->string; }
GuestBytes arg_bytes(size_t index) { return typed_value(index, GuestTypeBytes)->bytes; }
