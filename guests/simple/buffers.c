// Bytes in and out.
#include <sandbox/guest.h>

GUEST_FUNCTION(SetByteArrayToZero, Bytes, Bytes)
{
    size_t length = arg_bytes(0).length;
    uint8_t *zeroes = reserve_result_bytes(length);
    if (zeroes != NULL)
        memset(zeroes, 0, length);
    return return_reserved_bytes();
}

GUEST_FUNCTION(GetSizePrefixedBuffer, Bytes, Bytes) { return return_bytes(arg_bytes(0).data, arg_bytes(0).length); }

// Takes what it is given, and looks at all of it.
GUEST_FUNCTION(LargeParameters, Void, Bytes, String)
{
    GuestBytes bytes = arg_bytes(0);
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < bytes.length; i += 4096)
        sum = (uint8_t)(sum + bytes.data[i]);
    if (memchr(arg_string(1), 0, arg_string_length(1)) != NULL)
        return guest_error(GUEST_ERROR_GUEST, "the text contains a zero byte");
    return return_void();
}

GUEST_FUNCTION_NAMED("24K_in_8K_out", TwentyFourKInEightKOut, Bytes, Bytes)
{
    GuestBytes bytes = arg_bytes(0);
    if (bytes.length != 24 * 1024)
        return guest_error(GUEST_ERROR_GUEST, "24 KiB wanted, not %zu bytes", bytes.length);
    return return_bytes(bytes.data, 8 * 1024);
}

// A text of that length.
GUEST_FUNCTION(Repeat, String, U32)
{
    uint32_t length = arg_u32(0);
    char *text = guest_alloc_or_abort((size_t)length + 1);
    memset(text, 'x', length);
    GuestResult answer = return_string_n(text, length);
    free(text);
    return answer;
}

GUEST_FUNCTION(RandomBytes, Bytes, U32)
{
    uint8_t *bytes = reserve_result_bytes(arg_u32(0));
    if (bytes != NULL)
        guest_random_bytes(bytes, arg_u32(0));
    return return_reserved_bytes();
}
