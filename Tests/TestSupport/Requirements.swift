public import Testing

/// One tag for each requirement of the list of faults, R1 to R45: search for a number and find its proof.
extension Tag {
    @Tag public static var r01: Self
    @Tag public static var r02: Self
    @Tag public static var r03: Self
    @Tag public static var r04: Self
    @Tag public static var r05: Self
    @Tag public static var r06: Self
    @Tag public static var r07: Self
    @Tag public static var r08: Self
    @Tag public static var r09: Self
    @Tag public static var r10: Self
    @Tag public static var r11: Self
    @Tag public static var r12: Self
    @Tag public static var r13: Self
    @Tag public static var r14: Self
    @Tag public static var r15: Self
    @Tag public static var r16: Self
    @Tag public static var r17: Self
    @Tag public static var r18: Self
    @Tag public static var r19: Self
    @Tag public static var r20: Self
    @Tag public static var r21: Self
    @Tag public static var r22: Self
    @Tag public static var r23: Self
    @Tag public static var r24: Self
    @Tag public static var r25: Self
    @Tag public static var r26: Self
    @Tag public static var r27: Self
    @Tag public static var r28: Self
    @Tag public static var r29: Self
    @Tag public static var r30: Self
    @Tag public static var r31: Self
    @Tag public static var r32: Self
    @Tag public static var r33: Self
    @Tag public static var r34: Self
    @Tag public static var r35: Self
    @Tag public static var r36: Self
    @Tag public static var r37: Self
    @Tag public static var r38: Self
    @Tag public static var r39: Self
    @Tag public static var r40: Self
    @Tag public static var r41: Self
    @Tag public static var r42: Self
    @Tag public static var r43: Self
    @Tag public static var r44: Self
    @Tag public static var r45: Self
}
