#ifndef GRIDLOG_CPLATFORM_H
#define GRIDLOG_CPLATFORM_H

/// Names the calling thread, for the system's tools. At most 15 bytes are kept on Linux.
void gridlog_set_thread_name(const char *name);

/// Lets the calling thread run when no other wants the processor much.
void gridlog_lower_thread_priority(void);

/// Lets the calling thread run before others that want the processor. Does nothing where the process may not (on Linux without
/// CAP_SYS_NICE).
void gridlog_raise_thread_priority(void);

/// Makes everything written to the file system of this descriptor durable. Returns 0, or -1 with errno set.
int gridlog_sync_filesystem(int descriptor);

#endif
