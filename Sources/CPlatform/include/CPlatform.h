#ifndef GRIDLOG_CPLATFORM_H
#define GRIDLOG_CPLATFORM_H

#include <stddef.h>
#include <stdint.h>

/// Names the calling thread, for the system's tools. At most 15 bytes are kept on Linux.
void gridlog_set_thread_name(const char *name);

/// Lets the calling thread run when no other wants the processor much.
void gridlog_lower_thread_priority(void);

/// Lets the calling thread run before others that want the processor. Does nothing where the process may not (on Linux without
/// CAP_SYS_NICE).
void gridlog_raise_thread_priority(void);

/// Has the system begin to write a range of a file to the disk. Waits for nothing and makes nothing durable; does nothing elsewhere
/// than on Linux.
void gridlog_begin_writing(int descriptor, int64_t offset, int64_t length);

/// Has pages of guarded memory that cannot be read (a sector that the disk refuses, a file that was shortened) show as zeros from
/// then on, instead of ending the process by SIGBUS. Other memory is left to the handler that was there before. For the whole
/// process; a second call changes nothing. Returns 0, or -1 with errno set.
int gridlog_answer_unreadable_pages(void);

/// Guards the memory of a read-only mapping. Returns a number for gridlog_release_memory, or -1 when 65,536 are guarded already,
/// which is more than Linux maps by default.
int gridlog_guard_memory(const void *base, size_t length);

/// Ends what gridlog_guard_memory began. Call it before the mapping goes.
void gridlog_release_memory(int place);

#endif
