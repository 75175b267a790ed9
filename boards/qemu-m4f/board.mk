CPU := -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16
# Kernels of the core that boards/common/kernels/ replaces.
PORT_KERNELS := matvecS8 matvecS8x16 matvecS4x16 matvecBlockS8 matvecBlockS8x16
KERNEL_SOURCES := matvec-s8-dsp.c matvec-x16-dsp.c matvec-block-dsp.c
