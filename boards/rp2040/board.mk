CPU := -mcpu=cortex-m0plus -mfloat-abi=soft
UF2_FAMILY := 0xe48bff56
