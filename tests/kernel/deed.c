/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doorman_deed NAME [ARGUMENT...]: does one deed that the kernel side has to see, and nothing else. Static, so that
 * it starts with hardly a system call, and runs in a root without libraries.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int do_exit(char **argument) { return atoi(argument[0]); }

static int do_exec(char **argument) {
  execv(argument[0], argument);
  return 1;
}

static int do_open(char **argument) { return open(argument[0], O_RDONLY) < 0; }

static int do_write(char **argument) { return open(argument[0], O_WRONLY | O_CREAT | O_TRUNC, 0600) < 0; }

static int do_openat(char **argument) {
  int folder = open(argument[0], O_PATH | O_DIRECTORY);
  return openat(folder, argument[1], O_RDONLY) < 0;
}

static int do_openat2(char **argument) {
  struct {
    unsigned long long flags, mode, resolve;
  } how = {O_RDONLY, 0, 4 /* RESOLVE_NO_SYMLINKS */};
  return syscall(SYS_openat2, AT_FDCWD, argument[0], &how, sizeof how) < 0;
}

#if defined(__x86_64__)
/* The system call of 32 bits, from a program of 64. */
static int do_open32(char **argument) {
  char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  strcpy(low, argument[0]);
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(5L), "b"(low), "c"(0L), "d"(0L) : "memory", "r8", "r9", "r10", "r11");
  return result < 0;
}
#endif

static int do_rename(char **argument) { return rename(argument[0], argument[1]); }

static int do_unlinkat(char **argument) {
  int folder = open(argument[0], O_PATH | O_DIRECTORY);
  return unlinkat(folder, argument[1], 0);
}

static int do_symlink(char **argument) { return symlink(argument[0], argument[1]); }

static int do_chmod(char **argument) { return chmod(argument[0], 04755); }

static int do_connect(char **argument) {
  if (strchr(argument[0], ':')) {
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(atoi(argument[1]))};
    inet_pton(AF_INET6, argument[0], &to.sin6_addr);
    return connect(socket(AF_INET6, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof to) != 0;
  }
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argument[1]))};
  inet_pton(AF_INET, argument[0], &to.sin_addr);
  return connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof to) != 0;
}

/* Appends the labels of a name, each with its length before it. */
static unsigned char *put_name(unsigned char *to, const char *name) {
  while (*name) {
    size_t length = strcspn(name, ".");
    *to++ = length;
    memcpy(to, name, length);
    to += length;
    name += length + (name[length] == '.');
  }
  *to++ = 0;
  return to;
}

/* Asks the DNS server (port 53) for a name and connects to the address that ends its answer at once, as fast as a
 * program can. */
static int do_lookup_connect(char **argument) {
  unsigned char message[512] = {0x12, 0x34, 1, 0, 0, 1};
  unsigned char *end = put_name(message + 12, argument[1]);
  memcpy(end, "\0\1\0\1", 4);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
  inet_pton(AF_INET, argument[0], &to.sin_addr);
  int asker = socket(AF_INET, SOCK_DGRAM, 0), caller = socket(AF_INET, SOCK_STREAM, 0);
  struct timeval patience = {.tv_sec = 5};
  setsockopt(asker, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (sendto(asker, message, end + 4 - message, 0, (struct sockaddr *)&to, sizeof to) < 0) return 2;
  ssize_t got = recv(asker, message, sizeof message, 0);
  if (got < 16) return 3;
  memcpy(&to.sin_addr, message + got - 4, 4);
  to.sin_port = htons(atoi(argument[2]));
  if (connect(caller, (struct sockaddr *)&to, sizeof to) == 0) return 0;
  return errno == EPERM ? 1 : 4;
}

static int do_connect_unix(char **argument) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  strncpy(to.sun_path, argument[0], sizeof to.sun_path - 1);
  return connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof to) != 0;
}

/* Listens, connects to itself, accepts; then a datagram with a name, and one without. */
static int do_serve(char **argument) {
  int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(argument[0]))};
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int on = 1;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(server, (struct sockaddr *)&here, sizeof here) != 0 || listen(server, 1) != 0) return 1;
  if (connect(client, (struct sockaddr *)&here, sizeof here) != 0) return 1;
  int connection = accept(server, NULL, NULL);
  dup2(connection, 0);
  int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
  sendto(datagrams, "x", 1, 0, (struct sockaddr *)&here, sizeof here);
  connect(datagrams, (struct sockaddr *)&here, sizeof here);
  send(datagrams, "x", 1, 0);
  return 0;
}

static int do_ptrace(char **argument) {
  (void)argument;
  return ptrace(PTRACE_TRACEME, 0, 0, 0) != 0;
}

static int do_memfd(char **argument) {
  int fd = memfd_create("hidden", 0), self = open("/proc/self/exe", O_RDONLY);
  char buffer[65536];
  for (ssize_t got; (got = read(self, buffer, sizeof buffer)) > 0;) {
    if (write(fd, buffer, got) != got) return 1;
  }
  char *words[] = {argument[0], "nothing", NULL}, *none[] = {NULL};
  return fexecve(fd, words, none);
}

static int do_identity(char **argument) {
  (void)argument;
  if (setresgid(7, 8, 9) != 0) return 1;
  return setuid(4242);
}

static int do_unshare(char **argument) {
  (void)argument;
  return unshare(CLONE_NEWUTS);
}

static int do_exec_missing(char **argument) { return execv(argument[0], argument) == 0; }

/* Takes in everybody who calls, for ever. */
static int do_listen(char **argument) {
  int server = socket(AF_INET6, SOCK_STREAM, 0);
  struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_port = htons(atoi(argument[0]))};
  if (bind(server, (struct sockaddr *)&here, sizeof here) != 0 || listen(server, 16) != 0) return 1;
  for (int client; (client = accept(server, NULL, NULL)) >= 0;) close(client);
  return 1;
}

/* Opens and closes the file so many times, one after another. */
static int do_open_times(char **argument) {
  for (int left = atoi(argument[1]); left > 0; left--) {
    int file = open(argument[0], O_RDONLY);
    if (file < 0) return 1;
    close(file);
  }
  return 0;
}

static int do_nothing(char **argument) {
  (void)argument;
  return 0;
}

static const struct deed {
  const char *name;
  int arguments;
  int (*act)(char **argument);
} deeds[] = {
    {"nothing", 0, do_nothing},
    {"exit", 1, do_exit},
    {"exec", 1, do_exec},
    {"open", 1, do_open},
    {"open-times", 2, do_open_times},
    {"write", 1, do_write},
    {"openat", 2, do_openat},
    {"openat2", 1, do_openat2},
#if defined(__x86_64__)
    {"open32", 1, do_open32},
#endif
    {"rename", 2, do_rename},
    {"unlinkat", 2, do_unlinkat},
    {"symlink", 2, do_symlink},
    {"chmod", 1, do_chmod},
    {"connect", 2, do_connect},
    {"lookup-connect", 3, do_lookup_connect},
    {"connect-unix", 1, do_connect_unix},
    {"serve", 1, do_serve},
    {"listen", 1, do_listen},
    {"ptrace", 0, do_ptrace},
    {"memfd", 1, do_memfd},
    {"identity", 0, do_identity},
    {"unshare", 0, do_unshare},
    {"exec-missing", 1, do_exec_missing},
};

int main(int count, char **words) {
  for (size_t i = 0; count > 1 && i < sizeof deeds / sizeof *deeds; i++) {
    if (strcmp(words[1], deeds[i].name) != 0 || count < 2 + deeds[i].arguments) continue;
    return deeds[i].act(words + 2);
  }
  fprintf(stderr, "usage: %s DEED [ARGUMENT...]\n", words[0]);
  return 2;
}
