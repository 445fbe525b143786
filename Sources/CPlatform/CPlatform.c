#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CPlatform.h"
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

void gridlog_set_thread_name(const char *name) {
#ifdef __APPLE__
    pthread_setname_np(name);
#else
    pthread_setname_np(pthread_self(), name);
#endif
}

int gridlog_sync_filesystem(int descriptor) {
#ifdef __linux__
    return syncfs(descriptor);
#else
    errno = ENOSYS;
    return -1;
#endif
}
