#pragma once
#include "freertos/FreeRTOS.h"
typedef struct task *TaskHandle_t;
BaseType_t xTaskCreatePinnedToCore(void (*run)(void *), const char *name, uint32_t stack_bytes, void *argument,
                                   UBaseType_t priority, TaskHandle_t *task, BaseType_t core);
UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t task);
