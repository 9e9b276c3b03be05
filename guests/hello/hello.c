// The smallest guest that does something: it greets, and it adds by asking the host.
#include <sandbox/guest.h>

GUEST_FUNCTION(Greet, String, String) // name, result, parameters
{
    char text[256];
    GUEST_LOG_INFO("greeting %s", arg_string(0));
    snprintf(text, sizeof text, "Hello, %s!", arg_string(0));
    return return_string(text);
}

GUEST_FUNCTION(Add, I32, I32, I32)
{
    int32_t sum;
    if (HOST_CALL(&sum, "HostAdd", arg_i32(0), arg_i32(1)))
        return guest_error_from_host();
    return return_i32(sum);
}
