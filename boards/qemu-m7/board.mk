CPU := -mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-sp-d16
