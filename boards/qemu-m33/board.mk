CPU := -mcpu=cortex-m33 -mfloat-abi=hard -mfpu=fpv5-sp-d16
