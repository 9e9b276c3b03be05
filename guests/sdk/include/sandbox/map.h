// GUEST_COUNT(a, b, ...) is the number of its arguments, 1 to 65, and GUEST_MAP(macro, a, b, ...) is macro(a), macro(b), ...
// 65: the 64 parameters of a function and its result, or the name in front of the arguments of a host call.
#ifndef SANDBOX_MAP_H
#define SANDBOX_MAP_H

#define GUEST_CONCATENATE_(a, b) a##b
#define GUEST_CONCATENATE(a, b) GUEST_CONCATENATE_(a, b)

// The 65 numbers go down, so each argument in front of them shifts the next higher one into the place that is picked.
#define GUEST_PICK_66TH(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22, a23, a24, a25, \
    a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40, a41, a42, a43, a44, a45, a46, a47, a48, a49, a50, a51, a52, a53, \
    a54, a55, a56, a57, a58, a59, a60, a61, a62, a63, a64, a65, picked, ...) picked
#define GUEST_COUNT(...) GUEST_PICK_66TH(__VA_ARGS__, 65, 64, 63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, \
    44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, \
    9, 8, 7, 6, 5, 4, 3, 2, 1, unused)

#define GUEST_MAP(macro, ...) GUEST_CONCATENATE(GUEST_MAP_, GUEST_COUNT(__VA_ARGS__))(macro, __VA_ARGS__)
#define GUEST_MAP_1(macro, a) macro(a)
#define GUEST_MAP_2(macro, a, ...) macro(a), GUEST_MAP_1(macro, __VA_ARGS__)
#define GUEST_MAP_3(macro, a, ...) macro(a), GUEST_MAP_2(macro, __VA_ARGS__)
#define GUEST_MAP_4(macro, a, ...) macro(a), GUEST_MAP_3(macro, __VA_ARGS__)
#define GUEST_MAP_5(macro, a, ...) macro(a), GUEST_MAP_4(macro, __VA_ARGS__)
#define GUEST_MAP_6(macro, a, ...) macro(a), GUEST_MAP_5(macro, __VA_ARGS__)
#define GUEST_MAP_7(macro, a, ...) macro(a), GUEST_MAP_6(macro, __VA_ARGS__)
#define GUEST_MAP_8(macro, a, ...) macro(a), GUEST_MAP_7(macro, __VA_ARGS__)
#define GUEST_MAP_9(macro, a, ...) macro(a), GUEST_MAP_8(macro, __VA_ARGS__)
#define GUEST_MAP_10(macro, a, ...) macro(a), GUEST_MAP_9(macro, __VA_ARGS__)
#define GUEST_MAP_11(macro, a, ...) macro(a), GUEST_MAP_10(macro, __VA_ARGS__)
#define GUEST_MAP_12(macro, a, ...) macro(a), GUEST_MAP_11(macro, __VA_ARGS__)
#define GUEST_MAP_13(macro, a, ...) macro(a), GUEST_MAP_12(macro, __VA_ARGS__)
#define GUEST_MAP_14(macro, a, ...) macro(a), GUEST_MAP_13(macro, __VA_ARGS__)
#define GUEST_MAP_15(macro, a, ...) macro(a), GUEST_MAP_14(macro, __VA_ARGS__)
#define GUEST_MAP_16(macro, a, ...) macro(a), GUEST_MAP_15(macro, __VA_ARGS__)
#define GUEST_MAP_17(macro, a, ...) macro(a), GUEST_MAP_16(macro, __VA_ARGS__)
#define GUEST_MAP_18(macro, a, ...) macro(a), GUEST_MAP_17(macro, __VA_ARGS__)
#define GUEST_MAP_19(macro, a, ...) macro(a), GUEST_MAP_18(macro, __VA_ARGS__)
#define GUEST_MAP_20(macro, a, ...) macro(a), GUEST_MAP_19(macro, __VA_ARGS__)
#define GUEST_MAP_21(macro, a, ...) macro(a), GUEST_MAP_20(macro, __VA_ARGS__)
#define GUEST_MAP_22(macro, a, ...) macro(a), GUEST_MAP_21(macro, __VA_ARGS__)
#define GUEST_MAP_23(macro, a, ...) macro(a), GUEST_MAP_22(macro, __VA_ARGS__)
#define GUEST_MAP_24(macro, a, ...) macro(a), GUEST_MAP_23(macro, __VA_ARGS__)
#define GUEST_MAP_25(macro, a, ...) macro(a), GUEST_MAP_24(macro, __VA_ARGS__)
#define GUEST_MAP_26(macro, a, ...) macro(a), GUEST_MAP_25(macro, __VA_ARGS__)
#define GUEST_MAP_27(macro, a, ...) macro(a), GUEST_MAP_26(macro, __VA_ARGS__)
#define GUEST_MAP_28(macro, a, ...) macro(a), GUEST_MAP_27(macro, __VA_ARGS__)
#define GUEST_MAP_29(macro, a, ...) macro(a), GUEST_MAP_28(macro, __VA_ARGS__)
#define GUEST_MAP_30(macro, a, ...) macro(a), GUEST_MAP_29(macro, __VA_ARGS__)
#define GUEST_MAP_31(macro, a, ...) macro(a), GUEST_MAP_30(macro, __VA_ARGS__)
#define GUEST_MAP_32(macro, a, ...) macro(a), GUEST_MAP_31(macro, __VA_ARGS__)
#define GUEST_MAP_33(macro, a, ...) macro(a), GUEST_MAP_32(macro, __VA_ARGS__)
#define GUEST_MAP_34(macro, a, ...) macro(a), GUEST_MAP_33(macro, __VA_ARGS__)
#define GUEST_MAP_35(macro, a, ...) macro(a), GUEST_MAP_34(macro, __VA_ARGS__)
#define GUEST_MAP_36(macro, a, ...) macro(a), GUEST_MAP_35(macro, __VA_ARGS__)
#define GUEST_MAP_37(macro, a, ...) macro(a), GUEST_MAP_36(macro, __VA_ARGS__)
#define GUEST_MAP_38(macro, a, ...) macro(a), GUEST_MAP_37(macro, __VA_ARGS__)
#define GUEST_MAP_39(macro, a, ...) macro(a), GUEST_MAP_38(macro, __VA_ARGS__)
#define GUEST_MAP_40(macro, a, ...) macro(a), GUEST_MAP_39(macro, __VA_ARGS__)
#define GUEST_MAP_41(macro, a, ...) macro(a), GUEST_MAP_40(macro, __VA_ARGS__)
#define GUEST_MAP_42(macro, a, ...) macro(a), GUEST_MAP_41(macro, __VA_ARGS__)
#define GUEST_MAP_43(macro, a, ...) macro(a), GUEST_MAP_42(macro, __VA_ARGS__)
#define GUEST_MAP_44(macro, a, ...) macro(a), GUEST_MAP_43(macro, __VA_ARGS__)
#define GUEST_MAP_45(macro, a, ...) macro(a), GUEST_MAP_44(macro, __VA_ARGS__)
#define GUEST_MAP_46(macro, a, ...) macro(a), GUEST_MAP_45(macro, __VA_ARGS__)
#define GUEST_MAP_47(macro, a, ...) macro(a), GUEST_MAP_46(macro, __VA_ARGS__)
#define GUEST_MAP_48(macro, a, ...) macro(a), GUEST_MAP_47(macro, __VA_ARGS__)
#define GUEST_MAP_49(macro, a, ...) macro(a), GUEST_MAP_48(macro, __VA_ARGS__)
#define GUEST_MAP_50(macro, a, ...) macro(a), GUEST_MAP_49(macro, __VA_ARGS__)
#define GUEST_MAP_51(macro, a, ...) macro(a), GUEST_MAP_50(macro, __VA_ARGS__)
#define GUEST_MAP_52(macro, a, ...) macro(a), GUEST_MAP_51(macro, __VA_ARGS__)
#define GUEST_MAP_53(macro, a, ...) macro(a), GUEST_MAP_52(macro, __VA_ARGS__)
#define GUEST_MAP_54(macro, a, ...) macro(a), GUEST_MAP_53(macro, __VA_ARGS__)
#define GUEST_MAP_55(macro, a, ...) macro(a), GUEST_MAP_54(macro, __VA_ARGS__)
#define GUEST_MAP_56(macro, a, ...) macro(a), GUEST_MAP_55(macro, __VA_ARGS__)
#define GUEST_MAP_57(macro, a, ...) macro(a), GUEST_MAP_56(macro, __VA_ARGS__)
#define GUEST_MAP_58(macro, a, ...) macro(a), GUEST_MAP_57(macro, __VA_ARGS__)
#define GUEST_MAP_59(macro, a, ...) macro(a), GUEST_MAP_58(macro, __VA_ARGS__)
#define GUEST_MAP_60(macro, a, ...) macro(a), GUEST_MAP_59(macro, __VA_ARGS__)
#define GUEST_MAP_61(macro, a, ...) macro(a), GUEST_MAP_60(macro, __VA_ARGS__)
#define GUEST_MAP_62(macro, a, ...) macro(a), GUEST_MAP_61(macro, __VA_ARGS__)
#define GUEST_MAP_63(macro, a, ...) macro(a), GUEST_MAP_62(macro, __VA_ARGS__)
#define GUEST_MAP_64(macro, a, ...) macro(a), GUEST_MAP_63(macro, __VA_ARGS__)
#define GUEST_MAP_65(macro, a, ...) macro(a), GUEST_MAP_64(macro, __VA_ARGS__)

#endif
