#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CPlatform.h"
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

// As many mappings as Linux allows a process by default (vm.max_map_count), and a power of two.
#define GUARDED_MAX 65536u

// A handler may interrupt any thread anywhere, so it takes no lock: an entry counts while its base is not 0.
static struct {
    atomic_uintptr_t base;
    atomic_size_t length;
} guarded[GUARDED_MAX];

static atomic_uint next_place;
static uintptr_t page_bytes;
static struct sigaction action_before;

int gridlog_guard_memory(const void *base, size_t length) {
    for (unsigned tries = 0; tries < GUARDED_MAX; tries++) {
        unsigned place = atomic_fetch_add(&next_place, 1) % GUARDED_MAX;
        uintptr_t expected = 0;
        // 1 is no address of a page: the place is taken, and means nothing before its length is there.
        if (!atomic_compare_exchange_strong(&guarded[place].base, &expected, 1)) continue;
        atomic_store(&guarded[place].length, length);
        atomic_store(&guarded[place].base, (uintptr_t)base);
        return (int)place;
    }
    return -1;
}

void gridlog_release_memory(int place) {
    if (place >= 0) atomic_store(&guarded[place].base, 0);
}

static int is_guarded(uintptr_t address) {
    for (unsigned place = 0; place < GUARDED_MAX; place++) {
        uintptr_t base = atomic_load(&guarded[place].base);
        if (base > 1 && address >= base && address - base < atomic_load(&guarded[place].length)) return 1;
    }
    return 0;
}

static void show_zeros(int signal, siginfo_t *info, void *context) {
    (void)context;
    int number = errno;
    uintptr_t page = (uintptr_t)info->si_addr & ~(page_bytes - 1);
    if (info->si_code == BUS_ADRERR && is_guarded((uintptr_t)info->si_addr)) {
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        if (mmap((void *)page, page_bytes, PROT_READ, flags, -1, 0) != MAP_FAILED) {
            errno = number;
            return;
        }
    }
    // The access is made again, and ends as it would have ended without us.
    sigaction(signal, &action_before, NULL);
    errno = number;
}

int gridlog_answer_unreadable_pages(void) {
    static atomic_flag is_installed = ATOMIC_FLAG_INIT;
    if (atomic_flag_test_and_set(&is_installed)) return 0;
    page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    struct sigaction action = {0};
    action.sa_sigaction = show_zeros;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGBUS, &action, &action_before);
}
