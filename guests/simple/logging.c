#include <sandbox/guest.h>

static bool is_level(int32_t level) { return level >= GUEST_LEVEL_TRACE && level <= GUEST_LEVEL_CRITICAL; }

GUEST_FUNCTION(LogMessage, Void, String, I32)
{
    int32_t level = arg_i32(1);
    if (!is_level(level))
        return guest_error(GUEST_ERROR_GUEST, "%d is no log level", level);
    GUEST_LOG(level, "%s", arg_string(0));
    return return_void();
}

// Message, source, level.
GUEST_FUNCTION(LogMessageWithSource, Void, String, String, I32)
{
    int32_t level = arg_i32(2);
    if (!is_level(level))
        return guest_error(GUEST_ERROR_GUEST, "%d is no log level", level);
    if ((uint32_t)level >= guest_boot->log_level)
        guest_log_message((GuestLogLevel)level, arg_string(1), __func__, __FILE__, __LINE__, "%s", arg_string(0));
    return return_void();
}
