CPU := -mcpu=cortex-m0plus -mfloat-abi=soft
