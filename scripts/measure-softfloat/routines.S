@ One stub a measured routine, for the Cortex-M0+: the caller sets r0 to r3, starts at the stub and stops at the
@ breakpoint. What is counted is therefore the BL, the routine of libgcc and its return; nothing else.
    .syntax unified
    .cpu cortex-m0plus
    .thumb
    .text

    .macro stub name routine
    .global stub_\name
    .thumb_func
stub_\name:
    bl \routine
    bkpt #0
    .endm

    stub empty return
    stub f32Add __aeabi_fadd
    stub f32Sub __aeabi_fsub
    stub f32Mul __aeabi_fmul
    stub f32Div __aeabi_fdiv
    stub f32Less __aeabi_fcmplt
    stub f32GreaterEqual __aeabi_fcmpge
    stub f32Equal __aeabi_fcmpeq
    stub f32ConvertI32Signed __aeabi_i2f
    stub f32ConvertI32Unsigned __aeabi_ui2f
    stub f32Sqrt sqrtf
    stub f32RoundNearest rintf
    stub f32RoundFloor floorf
    stub f32RoundTrunc truncf
    stub i32TruncF32Signed __aeabi_f2iz
    stub i32TruncF32Unsigned __aeabi_f2uiz
    stub i32DivSigned __aeabi_idiv
    stub i32DivUnsigned __aeabi_uidiv
    stub i32Clz __clzsi2
    stub i32Ctz __ctzsi2
    stub i32Popcnt __popcountsi2
    stub i64Mul __aeabi_lmul
    stub i64DivSigned __aeabi_ldivmod
    stub i64DivUnsigned __aeabi_uldivmod
    stub i64ShiftLeft __aeabi_llsl
    stub i64ShiftRightSigned __aeabi_lasr
    stub i64Clz __clzdi2

    .thumb_func
return:
    bx lr
