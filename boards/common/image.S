// The image that is linked into flash, if there is one.
#ifdef IMAGE
  .section .image, "a"
  .balign 64
  .incbin IMAGE
#endif
