/*
 * The SCGI server of the benchmark "scgi": as little work as C allows, one thread, one connection for each request.
 *
 *   scgi unix:PATH | PORT      serves on that Unix socket, or on that port of 127.0.0.1
 *
 * A request whose block has "/down/BYTES" is answered with so many bytes, one with "/up" with the number of bytes in its body,
 * every other one with a line.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { EVENTS = 256, BLOCK = 16384, PIECE = 1 << 18 };

struct connection {
    int fd;
    int answering;
    size_t got;       /* of the block */
    long body;        /* announced */
    long read;        /* of the body */
    long left;        /* to be written behind the head */
    size_t head;      /* its length */
    size_t head_sent;
    char block[BLOCK];
};

static char piece[PIECE];
static int poll_fd;

static void check(int ok, const char *what) {
    if (!ok) {
        fprintf(stderr, "scgi: %s: %s\n", what, strerror(errno));
        exit(1);
    }
}

static int listen_at(const char *where) {
    struct sockaddr_un unix_address = {.sun_family = AF_UNIX};
    struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int is_unix = strncmp(where, "unix:", 5) == 0;
    int on = 1;
    int fd = socket(is_unix ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    check(fd >= 0, "socket");
    if (is_unix) {
        check(strlen(where + 5) < sizeof unix_address.sun_path, "path too long");
        strcpy(unix_address.sun_path, where + 5);
        check(bind(fd, (struct sockaddr *) &unix_address, sizeof unix_address) == 0, where);
    } else {
        tcp.sin_port = htons(atoi(where));
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        check(bind(fd, (struct sockaddr *) &tcp, sizeof tcp) == 0, where);
    }
    check(listen(fd, 4096) == 0, "listen");
    return fd;
}

/* Behind the block's length; NULL if the length is not complete. */
static char *block_start(struct connection *c, size_t *length) {
    char *colon = memchr(c->block, ':', c->got);
    *length = colon == NULL ? 0 : strtoul(c->block, NULL, 10);
    return colon == NULL ? NULL : colon + 1;
}

static void answer(struct connection *c, char *block, size_t length) {
    char *down = memmem(block, length, "/down/", 6);
    char line[64];
    c->left = 0;
    if (down != NULL) {
        c->left = atol(down + 6);
        line[0] = 0;
    } else if (memmem(block, length, "/up", 3) != NULL) {
        sprintf(line, "%ld\n", c->body);
    } else {
        strcpy(line, "Hello from scgi\n");
    }
    c->head = sprintf(c->block, "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %ld\r\n\r\n%s",
            c->left + (long) strlen(line), line);
    c->head_sent = 0;
    c->answering = 1;
}

/* Returns 0 when nothing more can be done now, -1 at the end. */
static int take(struct connection *c) {
    size_t length = 0;
    for (;;) {
        char *block = block_start(c, &length);
        size_t all = block == NULL ? BLOCK : (size_t) (block - c->block) + length + 1;
        if (all > BLOCK)
            return -1;
        if (block != NULL && c->got >= all) {
            c->body = atol(block + sizeof "CONTENT_LENGTH");
            c->read += c->got - all;
            c->got = all;
            if (c->read >= c->body) {
                answer(c, block, length);
                return 1;
            }
        }
        int in_body = block != NULL && c->got >= all;
        ssize_t n = in_body ? read(c->fd, piece, PIECE) : read(c->fd, c->block + c->got, BLOCK - c->got);
        if (n <= 0)
            return n < 0 && errno == EAGAIN ? 0 : -1;
        if (in_body)
            c->read += n;
        else
            c->got += n;
    }
}

static int give(struct connection *c) {
    while (c->head_sent < c->head || c->left > 0) {
        int in_head = c->head_sent < c->head;
        ssize_t n = in_head ? send(c->fd, c->block + c->head_sent, c->head - c->head_sent, MSG_NOSIGNAL | (c->left > 0 ? MSG_MORE : 0))
                : send(c->fd, piece, c->left < PIECE ? c->left : PIECE, MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN ? 0 : -1;
        if (in_head)
            c->head_sent += n;
        else
            c->left -= n;
    }
    return -1;
}

static void work(struct connection *c, int known) {
    int was_answering = c->answering;
    int state = c->answering ? 1 : take(c);
    if (state > 0)
        state = give(c);
    if (state < 0) {
        close(c->fd);
        free(c);
        return;
    }
    struct epoll_event event = {.events = c->answering ? EPOLLOUT : EPOLLIN, .data.ptr = c};
    if (!known || c->answering != was_answering)
        check(epoll_ctl(poll_fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &event) == 0, "epoll_ctl");
}

static void welcome(int listening) {
    for (;;) {
        int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        struct connection *c = malloc(sizeof *c);
        check(c != NULL, "malloc");
        memset(c, 0, sizeof *c - BLOCK);
        c->fd = fd;
        work(c, 0);
    }
}

int main(int argc, char **argv) {
    struct epoll_event events[EVENTS];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (argc != 2) {
        fprintf(stderr, "usage: scgi unix:PATH | PORT\n");
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    int listening = listen_at(argv[1]);
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    check(epoll_ctl(poll_fd, EPOLL_CTL_ADD, listening, &event) == 0, "epoll_ctl");
    for (;;) {
        int n = epoll_wait(poll_fd, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == NULL)
                welcome(listening);
            else
                work(events[i].data.ptr, 1);
        }
    }
}
