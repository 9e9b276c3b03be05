// Floating point to decimal, exactly: a double is an integer times a power of two, which has a finite decimal expansion. It is computed
// whole, in limbs of nine decimal digits, and rounded once, to nearest and ties to even, where the format wants it cut.
#include "format.h"

#define LIMB_BASE 1000000000u
#define LIMB_DIGITS 9

// The largest double has 309 digits in front of the point, so 35 limbs and one for a carry; the smallest has 1074 behind it, 120 limbs.
#define LIMBS_BEFORE_POINT 36
#define LIMBS (LIMBS_BEFORE_POINT + 120)

// Far past any text that fits memory here, and far enough from INT_MAX for positions to be added to it.
#define MAXIMUM_PRECISION (1 << 30)

typedef struct Decimal {
    uint32_t limbs[LIMBS]; // most significant first; limbs[LIMBS_BEFORE_POINT - 1] ends with the ones
    int first;             // index of the first limb that may be other than zero, at most that of the ones
    int end;               // index behind the last
} Decimal;

static const uint32_t powers_of_ten[LIMB_DIGITS + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, LIMB_BASE};

static void multiply_by_power_of_two(Decimal *decimal, int exponent)
{
    while (exponent > 0) {
        int shift = exponent < 29 ? exponent : 29;
        uint64_t carry = 0;
        for (int i = decimal->end - 1; i >= decimal->first; i--) {
            carry += (uint64_t)decimal->limbs[i] << shift;
            decimal->limbs[i] = (uint32_t)(carry % LIMB_BASE);
            carry /= LIMB_BASE;
        }
        if (carry != 0)
            decimal->limbs[--decimal->first] = (uint32_t)carry;
        exponent -= shift;
    }
}

static void divide_by_power_of_two(Decimal *decimal, int exponent)
{
    while (exponent > 0) {
        // 10^9 is divisible by 2^9: so far a limb's remainder goes into the next one whole.
        int shift = exponent < LIMB_DIGITS ? exponent : LIMB_DIGITS;
        uint32_t carry = 0;
        for (int i = decimal->first; i < decimal->end; i++) {
            uint32_t limb = decimal->limbs[i];
            decimal->limbs[i] = (limb >> shift) + carry;
            carry = (limb & ((1u << shift) - 1)) * (LIMB_BASE >> shift);
        }
        if (carry != 0)
            decimal->limbs[decimal->end++] = carry;
        exponent -= shift;
    }
}

static void decimal_from_parts(Decimal *decimal, uint64_t mantissa, int exponent)
{
    // Fewer bits to shift out one by one.
    while (mantissa != 0 && (mantissa & 1) == 0 && exponent < 0) {
        mantissa >>= 1;
        exponent++;
    }

    memset(decimal, 0, sizeof *decimal);
    decimal->end = LIMBS_BEFORE_POINT;
    decimal->first = LIMBS_BEFORE_POINT - 2; // 2^53 has 16 digits
    decimal->limbs[LIMBS_BEFORE_POINT - 1] = (uint32_t)(mantissa % LIMB_BASE);
    decimal->limbs[LIMBS_BEFORE_POINT - 2] = (uint32_t)(mantissa / LIMB_BASE);
    multiply_by_power_of_two(decimal, exponent);
    divide_by_power_of_two(decimal, -exponent);
}

// The limb of the digit worth 10^position, and *power, the worth of that digit inside the limb.
static int limb_of(int position, uint32_t *power)
{
    if (position >= 0) {
        *power = powers_of_ten[position % LIMB_DIGITS];
        return LIMBS_BEFORE_POINT - 1 - position / LIMB_DIGITS;
    }
    *power = powers_of_ten[LIMB_DIGITS - 1 - (-position - 1) % LIMB_DIGITS];
    return LIMBS_BEFORE_POINT + (-position - 1) / LIMB_DIGITS;
}

static char digit_at(const Decimal *decimal, int position)
{
    uint32_t power;
    int index = limb_of(position, &power);
    return index < decimal->first || index >= decimal->end ? '0' : (char)('0' + decimal->limbs[index] / power % 10);
}

// The position of the first digit other than zero; 0 for zero.
static int leading_position(const Decimal *decimal)
{
    for (int i = decimal->first; i < decimal->end; i++) {
        if (decimal->limbs[i] == 0)
            continue;
        int digit = LIMB_DIGITS - 1;
        while (decimal->limbs[i] < powers_of_ten[digit])
            digit--;
        return (LIMBS_BEFORE_POINT - 1 - i) * LIMB_DIGITS + digit;
    }
    return 0;
}

static bool any_behind(const Decimal *decimal, int index)
{
    for (int i = index + 1; i < decimal->end; i++)
        if (decimal->limbs[i] != 0)
            return true;
    return false;
}

// Whether what stands behind the digit is more than half of it (1), exactly half (0), or less (-1).
static int compare_rest_with_half(const Decimal *decimal, int index, uint32_t power)
{
    uint32_t rest = decimal->limbs[index] % power;
    uint32_t half = power / 2;
    if (power == 1) {
        // The digit is the limb's last, so the half of it is told by the next limb.
        index++;
        rest = index < decimal->end ? decimal->limbs[index] : 0;
        half = LIMB_BASE / 2;
    }
    if (rest != half)
        return rest > half ? 1 : -1;
    return any_behind(decimal, index) ? 1 : 0;
}

// Rounds so that the digit worth 10^position is the last.
static void round_at(Decimal *decimal, int position)
{
    uint32_t power;
    int index = limb_of(position, &power);
    if (index >= decimal->end)
        return;

    int rest = compare_rest_with_half(decimal, index, power);
    bool odd = decimal->limbs[index] / power % 2 != 0;
    decimal->limbs[index] -= decimal->limbs[index] % power;
    decimal->end = index + 1;
    for (int i = decimal->end; i < LIMBS_BEFORE_POINT; i++)
        decimal->limbs[i] = 0;
    if (decimal->end < LIMBS_BEFORE_POINT)
        decimal->end = LIMBS_BEFORE_POINT;

    if (rest < 0 || (rest == 0 && !odd))
        return;
    decimal->limbs[index] += power;
    for (; decimal->limbs[index] >= LIMB_BASE; index--) {
        decimal->limbs[index] -= LIMB_BASE;
        decimal->limbs[index - 1]++;
        if (index - 1 < decimal->first)
            decimal->first = index - 1;
    }
    if (index < decimal->first)
        decimal->first = index;
}

typedef struct Layout {
    int first_digit;     // position of the first digit in front of the point
    int point;           // position of the digit in front of the point
    int fraction_digits; // digits behind the point
    int exponent;        // shown if with_exponent
    bool with_exponent;
} Layout;

static Layout lay_out(Decimal *decimal, const FormatSpecification *specification)
{
    char style = (char)(specification->conversion | 0x20);
    int precision = specification->precision < 0 ? 6 : specification->precision;
    if (precision > MAXIMUM_PRECISION)
        precision = MAXIMUM_PRECISION;
    if (style == 'f') {
        round_at(decimal, -precision);
        int leading = leading_position(decimal);
        return (Layout){.first_digit = leading > 0 ? leading : 0, .fraction_digits = precision};
    }

    int significant = style == 'e' ? precision : precision == 0 ? 0 : precision - 1; // behind the first digit
    round_at(decimal, leading_position(decimal) - significant);
    int leading = leading_position(decimal);
    Layout layout = {.first_digit = leading, .point = leading, .fraction_digits = significant, .exponent = leading, .with_exponent = true};
    if (style == 'e')
        return layout;

    if (leading >= -4 && leading <= significant)
        layout = (Layout){.first_digit = leading > 0 ? leading : 0, .fraction_digits = significant - leading};
    if (!specification->alternate)
        while (layout.fraction_digits > 0 && digit_at(decimal, layout.point - layout.fraction_digits) == '0')
            layout.fraction_digits--;
    return layout;
}

static void write_digits(FormatSink *sink, const Decimal *decimal, int position, int count)
{
    char piece[32];
    while (count > 0) {
        int length = count < (int)sizeof piece ? count : (int)sizeof piece;
        for (int i = 0; i < length; i++)
            piece[i] = digit_at(decimal, position--);
        sink->write(sink, piece, (size_t)length);
        count -= length;
    }
}

// At least two digits, as C wants it.
static size_t exponent_text(char *text, int exponent, char letter)
{
    size_t length = 0;
    int magnitude = exponent < 0 ? -exponent : exponent;
    text[length++] = letter;
    text[length++] = exponent < 0 ? '-' : '+';
    if (magnitude >= 100)
        text[length++] = (char)('0' + magnitude / 100);
    text[length++] = (char)('0' + magnitude / 10 % 10);
    text[length++] = (char)('0' + magnitude % 10);
    return length;
}

static size_t format_not_finite(FormatSink *sink, const FormatSpecification *specification, const char *sign, bool infinite)
{
    bool upper = specification->conversion < 'a';
    size_t length = strlen(sign) + 3;
    size_t padding = (size_t)specification->width > length ? (size_t)specification->width - length : 0;
    if (!specification->left)
        guest_format_padding(sink, ' ', padding);
    sink->write(sink, sign, strlen(sign));
    sink->write(sink, infinite ? upper ? "INF" : "inf" : upper ? "NAN" : "nan", 3);
    if (specification->left)
        guest_format_padding(sink, ' ', padding);
    return length + padding;
}

size_t guest_format_double(FormatSink *sink, const FormatSpecification *specification, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    const char *sign = bits >> 63 != 0 ? "-" : specification->plus ? "+" : specification->space ? " " : "";
    int biased = (int)(bits >> 52 & 0x7FF);
    uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
    if (biased == 0x7FF)
        return format_not_finite(sink, specification, sign, mantissa == 0);

    Decimal decimal;
    decimal_from_parts(&decimal, biased == 0 ? mantissa : mantissa | UINT64_C(1) << 52, (biased == 0 ? 1 : biased) - 1075);
    Layout layout = lay_out(&decimal, specification);

    char exponent[8];
    size_t exponent_length = layout.with_exponent ? exponent_text(exponent, layout.exponent, specification->conversion < 'a' ? 'E' : 'e') : 0;
    size_t integer_digits = (size_t)(layout.first_digit - layout.point) + 1;
    bool point = layout.fraction_digits > 0 || specification->alternate;
    size_t body = strlen(sign) + integer_digits + point + (size_t)layout.fraction_digits + exponent_length;
    size_t padding = (size_t)specification->width > body ? (size_t)specification->width - body : 0;

    if (!specification->left && !specification->zero)
        guest_format_padding(sink, ' ', padding);
    sink->write(sink, sign, strlen(sign));
    if (!specification->left && specification->zero)
        guest_format_padding(sink, '0', padding);
    write_digits(sink, &decimal, layout.first_digit, (int)integer_digits);
    if (point)
        sink->write(sink, ".", 1);
    write_digits(sink, &decimal, layout.point - 1, layout.fraction_digits);
    sink->write(sink, exponent, exponent_length);
    if (specification->left)
        guest_format_padding(sink, ' ', padding);
    return body + padding;
}
