#ifndef GRIDLOG_CPLATFORM_H
#define GRIDLOG_CPLATFORM_H

/// Names the calling thread, for the system's tools. At most 15 bytes are kept on Linux.
void gridlog_set_thread_name(const char *name);

/// Makes everything written to the file system of this descriptor durable. Returns 0, or -1 with errno set.
int gridlog_sync_filesystem(int descriptor);

#endif
