// Printing, with two to eleven arguments of mixed types. Each gives back what HostPrint returned.
#include <sandbox/guest.h>

static GuestResult print(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

static GuestResult print(const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof text)
        return guest_error(GUEST_ERROR_GUEST, "the text is longer than %zu bytes", sizeof text - 1);

    int32_t printed;
    if (HOST_CALL(&printed, "HostPrint", (const char *)text))
        return guest_error_from_host();
    return return_i32(printed);
}

GUEST_FUNCTION(PrintOutput, I32, String)
{
    int32_t printed;
    if (HOST_CALL(&printed, "HostPrint", arg_text(0)))
        return guest_error_from_host();
    return return_i32(printed);
}

GUEST_FUNCTION(PrintUsingPrintf, I32, String)
{
    int printed = printf("%s", arg_string(0));
    return printed < 0 ? guest_error_from_host() : return_i32(printed);
}

#define TEXT(i) arg_string(i)
#define TRUTH(i) (arg_bool(i) ? "true" : "false")
#define TWO "Message: arg1:%s arg2:%d"
#define THREE TWO " arg3:%lld"
#define FOUR THREE " arg4:%s"
#define FIVE FOUR " arg5:%s"
#define SIX FIVE " arg6:%s"
#define SEVEN SIX " arg7:%s"
#define EIGHT SEVEN " arg8:%u"
#define NINE EIGHT " arg9:%llu"
#define TEN NINE " arg10:%d"
#define ELEVEN TEN " arg11:%.3f"
#define FIRST_TWO TEXT(0), arg_i32(1)
#define FIRST_THREE FIRST_TWO, (long long)arg_i64(2)
#define FIRST_FOUR FIRST_THREE, TEXT(3)
#define FIRST_FIVE FIRST_FOUR, TEXT(4)
#define FIRST_SIX FIRST_FIVE, TRUTH(5)
#define FIRST_SEVEN FIRST_SIX, TRUTH(6)
#define FIRST_EIGHT FIRST_SEVEN, arg_u32(7)
#define FIRST_NINE FIRST_EIGHT, (unsigned long long)arg_u64(8)
#define FIRST_TEN FIRST_NINE, arg_i32(9)

GUEST_FUNCTION(PrintTwoArgs, I32, String, I32) { return print(TWO ".", FIRST_TWO); }
GUEST_FUNCTION(PrintThreeArgs, I32, String, I32, I64) { return print(THREE ".", FIRST_THREE); }
GUEST_FUNCTION(PrintFourArgs, I32, String, I32, I64, String) { return print(FOUR ".", FIRST_FOUR); }
GUEST_FUNCTION(PrintFiveArgs, I32, String, I32, I64, String, String) { return print(FIVE ".", FIRST_FIVE); }
GUEST_FUNCTION(PrintSixArgs, I32, String, I32, I64, String, String, Bool) { return print(SIX ".", FIRST_SIX); }
GUEST_FUNCTION(PrintSevenArgs, I32, String, I32, I64, String, String, Bool, Bool) { return print(SEVEN ".", FIRST_SEVEN); }
GUEST_FUNCTION(PrintEightArgs, I32, String, I32, I64, String, String, Bool, Bool, U32) { return print(EIGHT ".", FIRST_EIGHT); }
GUEST_FUNCTION(PrintNineArgs, I32, String, I32, I64, String, String, Bool, Bool, U32, U64) { return print(NINE ".", FIRST_NINE); }
GUEST_FUNCTION(PrintTenArgs, I32, String, I32, I64, String, String, Bool, Bool, U32, U64, I32) { return print(TEN ".", FIRST_TEN); }

GUEST_FUNCTION(PrintElevenArgs, I32, String, I32, I64, String, String, Bool, Bool, U32, U64, I32, F32)
{
    return print(ELEVEN ".", FIRST_TEN, (double)arg_f32(10));
}
