// What an enemy of the host would send: answers and messages that break the protocol.
#include <sandbox/guest.h>

static uint8_t *output(void) { return (uint8_t *)guest_boot->output.address; }

GUEST_FUNCTION(CorruptOutputSizePrefix, Void, U32)
{
    GuestResult answer = return_void();
    uint32_t prefix = arg_u32(0);
    memcpy(output() + answer.offset, &prefix, sizeof prefix);
    return answer;
}

GUEST_FUNCTION(CorruptOutputOffset, Void, U32)
{
    return_void();
    return (GuestResult){arg_u32(0)};
}

// One byte to any port.
GUEST_FUNCTION(OutbWithPort, Void, U32, U32)
{
    __asm__ volatile("outb %b0, %w1" : : "a"(arg_u32(1)), "d"(arg_u32(0)) : "memory");
    return return_void();
}

// Four bytes to any port.
GUEST_FUNCTION(OutlWithPort, Void, U32, U32)
{
    __asm__ volatile("outl %0, %w1" : : "a"(arg_u32(1)), "d"(arg_u32(0)) : "memory");
    return return_void();
}

GUEST_FUNCTION(InWithPort, U32, U32)
{
    uint32_t value;
    __asm__ volatile("inl %w1, %0" : "=a"(value) : "d"(arg_u32(0)));
    return return_u32(value);
}

GUEST_FUNCTION(OutStringWithPort, Void, U32)
{
    const uint8_t *source = output();
    __asm__ volatile("outsl" : "+S"(source) : "d"(arg_u32(0)) : "memory");
    return return_void();
}

// Puts a message with this prefix at the offset, as much of it as the output buffer holds, and offers it on the port. On the ready port it
// is the answer of this very call; on others the guest goes on, if the host lets it.
static GuestResult emit(uint32_t port, uint32_t prefix, GuestBytes message, uint32_t offset)
{
    uint64_t size = guest_boot->output.size;
    uint64_t room = offset < size ? size - offset : 0;
    memcpy(output() + (room == 0 ? 0 : offset), &prefix, room < sizeof prefix ? room : sizeof prefix);
    room = room < sizeof prefix ? 0 : room - sizeof prefix;
    memcpy(output() + (room == 0 ? 0 : offset + sizeof prefix), message.data, message.length < room ? message.length : room);
    if (port == GUEST_PORT_READY)
        return (GuestResult){offset};

    __asm__ volatile("outl %0, %w1" : : "a"(offset), "d"(port) : "memory");
    return return_void();
}

GUEST_FUNCTION(EmitRaw, Void, U32, Bytes, U32) { return emit(arg_u32(0), (uint32_t)arg_bytes(1).length, arg_bytes(1), arg_u32(2)); }

// The last parameter is the prefix, which need not be the message's length.
GUEST_FUNCTION(EmitRawWithPrefix, Void, U32, Bytes, U32, U32) { return emit(arg_u32(0), arg_u32(3), arg_bytes(1), arg_u32(2)); }

// Bytes into the buffer of answers, where those of a batch stand and their count, after the host has looked at them and before it does again.
GUEST_FUNCTION(WriteAnswersBetweenHostCalls, Void, U32, Bytes)
{
    int32_t sum;
    if (HOST_CALL(&sum, "HostAdd", 1, 2))
        return guest_error_from_host();
    memcpy((uint8_t *)guest_boot->answers.address + arg_u32(0), arg_bytes(1).data, arg_bytes(1).length);
    return HOST_CALL(&sum, "HostAdd", 1, 2) ? guest_error_from_host() : return_void();
}

// Text that is no UTF-8.
GUEST_FUNCTION(ReturnInvalidUtf8, String) { return return_string_n("\xC3\x28", 2); }
