/*
 * Both ends of the benchmark "pipe": makes ashd(7) requests and answers them, with as little work as C allows.
 *
 *   pump serve                             persistent handler on descriptor 0: 200 to every request, the number received to COUNT
 *   pump drive SECONDS PROGRAM [ARGS]      starts PROGRAM as persistent handler, sends requests as fast as it takes them
 *   pump ping ROUNDS PROGRAM [ARGS]        the same, one request at a time: latencies
 *   pump begin PROGRAM [ARGS]              the same, a single request; the time from the start of PROGRAM to the end of the answer
 *   pump many CLIENTS ACTIVE SECONDS PATH  connects CLIENTS times to a named socket, sends on ACTIVE of them in turn
 *
 * drive and ping go on for a while before they count: a program that is compiled while it runs is measured as it is in the long run.
 * drive and many print "REQUESTS SECONDS" and fail if one request was lost; ping prints "P50 P99" in microseconds,
 * begin milliseconds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DATAGRAM = 300, ROOM = 65536 };

static void check(int ok, const char *what) {
    if (!ok) {
        fprintf(stderr, "pump: %s: %s\n", what, strerror(errno));
        exit(1);
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

/* A request of DATAGRAM bytes; the method says what is asked. */
static size_t request(char *to, const char *method) {
    size_t n = sprintf(to, "%s", method) + 1;
    n += sprintf(to + n, "/bench") + 1;
    n += sprintf(to + n, "HTTP/1.1") + 1;
    n += sprintf(to + n, "bench") + 1;
    n += sprintf(to + n, "Host") + 1;
    n += sprintf(to + n, "localhost") + 1;
    n += sprintf(to + n, "X-Fill") + 1;
    memset(to + n, 'x', DATAGRAM - 2 - n);
    memset(to + DATAGRAM - 2, 0, 2);
    return DATAGRAM;
}

static void give(int to, const char *data, size_t length, int fd) {
    union { struct cmsghdr align; char room[CMSG_SPACE(sizeof(int))]; } control;
    struct iovec part = {(void *) data, length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &fd, sizeof(int));
    check(sendmsg(to, &message, MSG_NOSIGNAL) == (ssize_t) length, "send");
}

/* One request with a response socket of its own; returns the length of the answer. */
static size_t ask(int to, const char *method, char *answer, size_t room) {
    char data[DATAGRAM];
    int pair[2];
    size_t got = 0;
    ssize_t n;
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "socketpair");
    give(to, data, request(data, method), pair[1]);
    close(pair[1]);
    shutdown(pair[0], SHUT_WR);
    while (got < room - 1 && (n = read(pair[0], answer + got, room - 1 - got)) > 0)
        got += n;
    answer[got] = 0;
    close(pair[0]);
    return got;
}

static long counted(int to) {
    char answer[512];
    char *body;
    check(ask(to, "COUNT", answer, sizeof answer) > 0 && (body = strstr(answer, "\r\n\r\n")) != NULL, "no answer to COUNT");
    return atol(body + 4);
}

static int serve(void) {
    char *data = malloc(ROOM);
    char answer[256];
    long count = 0;
    for (;;) {
        union { struct cmsghdr align; char room[CMSG_SPACE(sizeof(int))]; } control;
        struct iovec part = {data, ROOM};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
        ssize_t n = recvmsg(0, &message, MSG_CMSG_CLOEXEC);
        struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
        int fd;
        if (n <= 0)
            return 0;
        check(header != NULL, "a request without a response socket");
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
        if (strcmp(data, "PUSH") == 0) {
            count++;
        } else {
            char body[64];
            int length = strcmp(data, "COUNT") == 0 ? sprintf(body, "%ld\n", count) : sprintf(body, "Hello from pump\n");
            int all = sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", length, body);
            send(fd, answer, all, MSG_NOSIGNAL);
        }
        close(fd);
    }
}

/* Sends PUSH on the connections in turn, all with the same descriptor, until the time is over; prints the rate at which they arrived. */
static void push(const int *to, int connections, double seconds) {
    char data[DATAGRAM];
    int pair[2];
    long before = counted(to[0]);
    long sent = 0, arrived = 0;
    double start = now();
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "socketpair");
    request(data, "PUSH");
    while (sent % 64 != 0 || now() - start < seconds)
        give(to[sent++ % connections], data, DATAGRAM, pair[1]);
    /* every connection keeps its order: when all have answered, everything has arrived */
    for (int i = 0; i < connections; i++)
        arrived = counted(to[i]);
    double taken = now() - start;
    if (arrived - before != sent) {
        fprintf(stderr, "pump: %ld requests were sent, %ld arrived\n", sent, arrived - before);
        exit(1);
    }
    printf("%ld %.3f\n", sent, taken);
}

static int start(char **program, pid_t *pid) {
    int pair[2];
    check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0, "socketpair");
    check((*pid = fork()) >= 0, "fork");
    if (*pid == 0) {
        dup2(pair[1], 0);
        execvp(program[0], program);
        fprintf(stderr, "pump: %s: %s\n", program[0], strerror(errno));
        _exit(127);
    }
    close(pair[1]);
    return pair[0];
}

static int later(const void *a, const void *b) {
    double x = *(const double *) a, y = *(const double *) b;
    return x < y ? -1 : x > y;
}

static void ping(int to, int rounds) {
    char answer[512];
    double *taken = calloc(rounds, sizeof *taken);
    for (int i = -rounds; i < rounds; i++) {
        double start = now();
        check(ask(to, "GET", answer, sizeof answer) > 0, "no answer");
        if (i >= 0)
            taken[i] = (now() - start) * 1e6;
    }
    qsort(taken, rounds, sizeof *taken, later);
    printf("%.1f %.1f\n", taken[rounds / 2], taken[rounds - 1 - rounds / 100]);
}

static int begin(char **program) {
    char answer[512];
    pid_t pid;
    double from = now();
    int to = start(program, &pid);
    check(ask(to, "GET", answer, sizeof answer) > 0, "no answer");
    printf("%.1f\n", (now() - from) * 1e3);
    close(to);
    waitpid(pid, NULL, 0);
    return 0;
}

static void many(int clients, int active, double seconds, const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct rlimit limit;
    int *to = calloc(clients, sizeof *to);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    check(strlen(path) < sizeof address.sun_path, "path too long");
    strcpy(address.sun_path, path);
    for (int i = 0; i < clients; i++) {
        to[i] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        check(to[i] >= 0 && connect(to[i], (struct sockaddr *) &address, sizeof address) == 0, path);
    }
    push(to, active, seconds / 4);
    push(to, active, seconds);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    if (argc == 2 && strcmp(argv[1], "serve") == 0)
        return serve();
    if (argc >= 3 && strcmp(argv[1], "begin") == 0)
        return begin(argv + 2);
    if (argc == 6 && strcmp(argv[1], "many") == 0) {
        many(atoi(argv[2]), atoi(argv[3]), atof(argv[4]), argv[5]);
        return 0;
    }
    if (argc >= 4 && (strcmp(argv[1], "drive") == 0 || strcmp(argv[1], "ping") == 0)) {
        pid_t pid;
        int to = start(argv + 3, &pid);
        if (strcmp(argv[1], "ping") == 0) {
            ping(to, atoi(argv[2]));
        } else {
            push(&to, 1, atof(argv[2]) * 2);
            push(&to, 1, atof(argv[2]));
        }
        close(to);
        waitpid(pid, NULL, 0);
        return 0;
    }
    fprintf(stderr, "usage: pump serve | drive SECONDS PROGRAM... | ping ROUNDS PROGRAM... | begin PROGRAM... | "
        "many CLIENTS ACTIVE SECONDS PATH\n");
    return 1;
}
