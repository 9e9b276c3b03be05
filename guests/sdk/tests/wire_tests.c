// The wire format: what the writer writes the reader reads, alignment included; and no bytes at all lead the reader astray.
#include "tests.h"

static bool same_value(const GuestValue *left, const GuestValue *right)
{
    if (left->type != right->type)
        return false;
    switch (left->type) {
    case GuestTypeVoid:
        return true;
    case GuestTypeString:
        return left->string.length == right->string.length && memcmp(left->string.text, right->string.text, left->string.length) == 0 &&
               left->string.text[left->string.length] == '\0';
    case GuestTypeBytes:
        return left->bytes.length == right->bytes.length &&
               (left->bytes.length == 0 || memcmp(left->bytes.data, right->bytes.data, left->bytes.length) == 0);
    case GuestTypeBool:
        return left->boolean == right->boolean;
    case GuestTypeI32:
    case GuestTypeU32:
    case GuestTypeF32:
        return left->u32 == right->u32;
    default:
        return left->u64 == right->u64;
    }
}

static GuestValue random_value(GuestType type)
{
    static char text[5000];
    GuestValue value = {.type = type};
    size_t length = chance(3) == 0 ? 0 : chance(200);
    memset(text, 'x', sizeof text);
    if (type == GuestTypeString)
        value.string = (GuestString){text + sizeof text - 1 - length, length};
    else if (type == GuestTypeBytes)
        value.bytes = (GuestBytes){(uint8_t *)text, length};
    else if (type == GuestTypeBool)
        value.boolean = chance(2) != 0;
    else if (type != GuestTypeVoid)
        value.u64 = chance(3) == 0 ? 0 : chance(3) == 0 ? UINT64_C(0x7FF4000000000001) /* a signalling NaN */ : chance(UINT64_MAX) << 11;
    text[sizeof text - 1] = '\0';
    return value;
}

// Calls and results of every size survive, and never write past the room they are given, down to the last byte of it.
static void messages_survive(void)
{
    for (int i = 0; i < 20000; i++) {
        GuestValue parameters[64];
        size_t count = chance(65), capacity = chance(6) == 0 ? chance(300) : 20000;
        for (size_t j = 0; j < count; j++)
            parameters[j] = random_value((GuestType)(1 + chance(9)));

        WireWriter writer;
        uint8_t *buffer = malloc(capacity == 0 ? 1 : capacity);
        wire_begin(&writer, buffer, capacity);
        wire_write_call(&writer, (GuestString){"TheFunction", 11}, (GuestType)chance(10), parameters, count);
        if (wire_finish(&writer)) {
            WireMessage message;
            WireCall call;
            CHECK(wire_open_message(buffer, capacity, &message) && message.end == writer.length);
            CHECK(wire_read_call(&message, &call));
            CHECK(strcmp(call.name.text, "TheFunction") == 0 && call.parameter_count == count);
            for (size_t j = 0; j < count; j++)
                CHECK(same_value(&call.parameters[j], &parameters[j]));
        } else {
            CHECK(capacity < 20000);
        }

        GuestValue value = random_value((GuestType)chance(10));
        wire_begin(&writer, buffer, capacity);
        wire_write_return(&writer, &value);
        if (wire_finish(&writer)) {
            WireMessage message;
            WireResult result;
            CHECK(wire_open_message(buffer, capacity, &message));
            CHECK(wire_read_result(&message, &result) && !result.failed && same_value(&result.value, &value));
        } else {
            CHECK(capacity < 400);
        }
        free(buffer);
    }
}

// The exact bytes of a result, worked out by hand from the FlatBuffers format.
static void the_layout_is_flatbuffers(void)
{
    static const uint8_t expected[] = {
        60, 0, 0, 0,                            // 0: 60 bytes follow
        12, 0, 0, 0,                            // 4: the root table stands at 16
        8, 0, 12, 0, 8, 0, 4, 0,                // 8: vtable: 8 bytes; tables of 12; tag at 8, reference at 4
        8, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0,     // 16: FunctionResult: vtable 8 back; outcome at 28; FunctionReturn
        20, 0, 0, 0, 20, 0, 0, 0, 4, 0, 0, 0,   // 28: FunctionReturn: vtable 20 back; value at 52; UInt64Value
        6, 0, 12, 0, 4, 0,                      // 40: vtable: 6 bytes; tables of 12; the field at 4
        0, 0, 0, 0, 0, 0,                       // 46: padding
        12, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1,    // 52: UInt64Value: vtable 12 back; the number at 56, a multiple of 8
    };
    uint8_t actual[128];
    WireWriter writer;
    GuestValue value = guest_value_u64(0x0102030405060708);
    wire_begin(&writer, actual, sizeof actual);
    wire_write_return(&writer, &value);
    CHECK(wire_finish(&writer) && writer.length == sizeof expected);
    CHECK(memcmp(actual, expected, sizeof expected) == 0);
}

// What the reader lets through is looked at to its last byte, under the sanitizer's eyes.
static volatile uint8_t touched;

static void wild_bytes_are_refused(void)
{
    for (int i = 0; i < 200000; i++) {
        uint8_t valid[600];
        WireWriter writer;
        GuestValue parameters[3] = {random_value(GuestTypeString), random_value((GuestType)(1 + chance(9))), random_value(GuestTypeI64)};
        wire_begin(&writer, valid, sizeof valid);
        if (chance(2) == 0)
            wire_write_call(&writer, (GuestString){"F", 1}, GuestTypeI32, parameters, 3);
        else
            wire_write_return(&writer, &parameters[chance(3)]);
        if (!wire_finish(&writer))
            continue;

        // Cut, and with some bytes changed, in a block of exactly that size.
        size_t length = chance(4) == 0 ? chance(writer.length) : writer.length;
        uint8_t *bytes = malloc(length == 0 ? 1 : length);
        memcpy(bytes, valid, length);
        for (size_t changes = chance(6); changes != 0 && length > 4; changes--)
            bytes[4 + chance(length - 4)] = chance(2) == 0 ? (uint8_t)chance(256) : (uint8_t)(chance(2) * 0xFF);
        if (length >= 4) {
            uint32_t body = (uint32_t)length - 4;
            memcpy(bytes, &body, sizeof body);
        }

        WireMessage message;
        WireCall call;
        WireResult result;
        if (wire_open_message(bytes, length, &message)) {
            if (wire_read_call(&message, &call)) {
                touched += (uint8_t)strlen(call.name.text);
                size_t count = call.parameter_count > GUEST_MAXIMUM_PARAMETERS ? 0 : call.parameter_count; // more are not read
                for (size_t j = 0; j < count; j++)
                    if (call.parameters[j].type == GuestTypeBytes)
                        for (size_t k = 0; k < call.parameters[j].bytes.length; k++)
                            touched += call.parameters[j].bytes.data[k];
                    else if (call.parameters[j].type == GuestTypeString)
                        touched += (uint8_t)strlen(call.parameters[j].string.text);
            }
            if (wire_read_result(&message, &result) && result.failed)
                touched += (uint8_t)strlen(result.message.text);
        }
        free(bytes);
    }
}

static void lengths_past_the_buffer_are_refused(void)
{
    WireMessage message;
    uint8_t bytes[8] = {5, 0, 0, 0, 0, 0, 0, 0};
    CHECK(!wire_open_message(bytes, 8, &message));
    CHECK(!wire_open_message(bytes, 3, &message));
    bytes[0] = 4;
    CHECK(wire_open_message(bytes, 8, &message));
    memset(bytes, 0xFF, 4);
    CHECK(!wire_open_message(bytes, 8, &message));
}

void wire_tests(void)
{
    messages_survive();
    the_layout_is_flatbuffers();
    wild_bytes_are_refused();
    lengths_past_the_buffer_are_refused();
}
