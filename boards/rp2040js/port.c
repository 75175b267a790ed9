// The firmware of the RP2040 under its emulator: the same but for what it calls itself.
#define BOARD_ID "rp2040js"
#define EMULATED true
#include "../rp2040/port.c"
