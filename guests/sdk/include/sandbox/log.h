// Log messages with a level and the place that they come from.
#ifndef SANDBOX_LOG_H
#define SANDBOX_LOG_H

#include <sandbox/abi.h>

typedef enum GuestLogLevel {
    GUEST_LEVEL_TRACE = 0,
    GUEST_LEVEL_DEBUG = 1,
    GUEST_LEVEL_INFORMATION = 2,
    GUEST_LEVEL_WARNING = 3,
    GUEST_LEVEL_ERROR = 4,
    GUEST_LEVEL_CRITICAL = 5,
} GuestLogLevel;

// What the guest calls itself in its log: the name of its folder, unless GUEST_LOG_SOURCE is defined before this header is included.
#define GUEST_STRINGIFY_(token) #token
#define GUEST_STRINGIFY(token) GUEST_STRINGIFY_(token)
#ifndef GUEST_NAME
#define GUEST_NAME guest
#endif
#ifndef GUEST_LOG_SOURCE
#define GUEST_LOG_SOURCE GUEST_STRINGIFY(GUEST_NAME)
#endif

// A level that the host does not want costs one comparison: the arguments are not evaluated.
#define GUEST_LOG(level, ...)                                                                             \
    do {                                                                                                  \
        if ((uint32_t)(level) >= guest_boot->log_level)                                                   \
            guest_log_message((level), GUEST_LOG_SOURCE, __func__, __FILE__, __LINE__, __VA_ARGS__);      \
    } while (0)

#define GUEST_LOG_TRACE(...) GUEST_LOG(GUEST_LEVEL_TRACE, __VA_ARGS__)
#define GUEST_LOG_DEBUG(...) GUEST_LOG(GUEST_LEVEL_DEBUG, __VA_ARGS__)
#define GUEST_LOG_INFO(...) GUEST_LOG(GUEST_LEVEL_INFORMATION, __VA_ARGS__)
#define GUEST_LOG_WARNING(...) GUEST_LOG(GUEST_LEVEL_WARNING, __VA_ARGS__)
#define GUEST_LOG_ERROR(...) GUEST_LOG(GUEST_LEVEL_ERROR, __VA_ARGS__)
#define GUEST_LOG_CRITICAL(...) GUEST_LOG(GUEST_LEVEL_CRITICAL, __VA_ARGS__)

// What the macros stand for; for a place known only at run time. Sends whatever the level is. A message that does not fit behind a
// pending result in the output buffer is cut between characters, or dropped if not even its frame fits.
__attribute__((__format__(__printf__, 6, 7))) void guest_log_message(GuestLogLevel level, const char *source, const char *function,
                                                             const char *file, uint32_t line, const char *format, ...);

#endif
