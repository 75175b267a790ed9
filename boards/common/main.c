#include "device.h"
#include "dispatch.h"
#include "mlperf.h"
#include "port.h"

int main(void) {
  port_init();
  device_init();
  mlperf_banner();
  for (;;) {
    const int byte = port_getchar();
    if (byte < 0) dispatch_idle(port_micros());
    else dispatch_byte((uint8_t)byte, port_micros());
  }
}
