#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CPlatform.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

void gridlog_set_thread_name(const char *name) {
#ifdef __APPLE__
    pthread_setname_np(name);
#else
    pthread_setname_np(pthread_self(), name);
#endif
}

void gridlog_lower_thread_priority(void) {
#ifdef __APPLE__
    pthread_set_qos_class_self_np(QOS_CLASS_BACKGROUND, 0);
#else
    // On Linux this concerns the calling thread alone, not its process.
    setpriority(PRIO_PROCESS, 0, 15);
#endif
}

void gridlog_raise_thread_priority(void) {
#ifdef __APPLE__
    pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0);
#else
    setpriority(PRIO_PROCESS, 0, -10);
#endif
}

void gridlog_begin_writing(int descriptor, int64_t offset, int64_t length) {
#ifdef __linux__
    sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE);
#endif
}
