// SPDX-License-Identifier: GPL-2.0-only
/* Drives the SA follower in a network namespace, makes larval SAs, records and forges messages. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <libmnl/libmnl.h>
#include <linux/xfrm.h>

#include "sad/sad.h"

#define ATTR_SA_DIR  33
#define ATTR_SA_PCPU 35
#define MAX_LOCAL    16

static const char usage[] =
	"usage: sad_probe alloc SRC DST SPI COUNT [dir in|out] [pcpu N] [mark V/M] [if_id N]\n"
	"       sad_probe record       (prints each XFRM datagram in hex until stdin ends)\n"
	"       sad_probe dump         (prints each message of a dump in hex)\n"
	"       sad_probe forge PORT DST SPI   (sends NEWSA to another process's netlink port)\n"
	"       sad_probe follow [LOCAL...]    (reads commands: sync, ask DST SPI, list, stats,\n"
	"                                       local ADDR..., pause, resume, rcvbuf N)\n";

static int parse_address(const char *text, void *address)
{
	memset(address, 0, 16);
	if (inet_pton(AF_INET, text, address) == 1)
		return AF_INET;
	return inet_pton(AF_INET6, text, address) == 1 ? AF_INET6 : 0;
}

static struct mnl_socket *open_xfrm(void)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_XFRM);

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID)) {
		perror("sad_probe: XFRM netlink socket");
		exit(1);
	}
	return nl;
}

static void fill_info(struct xfrm_usersa_info *info, const char *src, const char *dst)
{
	info->family = (uint16_t)parse_address(dst, &info->id.daddr);
	if (!info->family || parse_address(src, &info->saddr) != info->family) {
		fprintf(stderr, "sad_probe: not two addresses of one family: %s %s\n", src, dst);
		exit(2);
	}
	info->sel.family = info->family;
	info->id.proto = IPPROTO_ESP;
	info->mode = XFRM_MODE_TUNNEL;
}

static void put_option(struct nlmsghdr *nlh, const char *name, const char *value)
{
	struct xfrm_mark mark;
	char *end;

	if (!strcmp(name, "dir")) {
		mnl_attr_put_u8(nlh, ATTR_SA_DIR, strcmp(value, "out") ? 1 : 2);
	} else if (!strcmp(name, "pcpu")) {
		mnl_attr_put_u32(nlh, ATTR_SA_PCPU, (uint32_t)strtoul(value, NULL, 0));
	} else if (!strcmp(name, "if_id")) {
		mnl_attr_put_u32(nlh, XFRMA_IF_ID, (uint32_t)strtoul(value, NULL, 0));
	} else if (!strcmp(name, "mark")) {
		mark.v = (uint32_t)strtoul(value, &end, 0);
		mark.m = *end ? (uint32_t)strtoul(end + 1, NULL, 0) : UINT32_MAX;
		mnl_attr_put(nlh, XFRMA_MARK, sizeof(mark), &mark);
	}
}

static int exchange(struct mnl_socket *nl, struct nlmsghdr *nlh, char *buffer, size_t room)
{
	ssize_t n;

	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	n = mnl_socket_recvfrom(nl, buffer, room);
	nlh = (struct nlmsghdr *)buffer;
	if (n < 0)
		return -errno;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return *(int *)mnl_nlmsg_get_payload(nlh);
	return 0;
}

static int alloc(int argc, char **argv)
{
	char buffer[4096] __attribute__((aligned(8)));
	struct mnl_socket *nl = open_xfrm();
	struct xfrm_userspi_info *info;
	struct nlmsghdr *nlh;
	uint32_t spi, count;
	int i, ret = 0;

	if (argc < 4)
		return 2;
	spi = (uint32_t)strtoul(argv[2], NULL, 0);
	for (count = (uint32_t)strtoul(argv[3], NULL, 0); count && !ret; count--, spi++) {
		nlh = mnl_nlmsg_put_header(buffer);
		nlh->nlmsg_type = XFRM_MSG_ALLOCSPI;
		nlh->nlmsg_flags = NLM_F_REQUEST;
		info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
		fill_info(&info->info, argv[0], argv[1]);
		info->min = info->max = spi;
		for (i = 4; i + 1 < argc; i += 2)
			put_option(nlh, argv[i], argv[i + 1]);
		ret = exchange(nl, nlh, buffer, sizeof(buffer));
		if (ret)
			fprintf(stderr, "sad_probe: SPI 0x%08x: %s\n", spi, strerror(-ret));
	}
	mnl_socket_close(nl);
	return ret ? 1 : 0;
}

static void print_hex(const char *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		printf("%02x", (unsigned char)bytes[i]);
	printf("\n");
	fflush(stdout);
}

static int record(void)
{
	static char buffer[65536] __attribute__((aligned(8)));
	struct mnl_socket *nl = open_xfrm();
	struct pollfd fds[2] = {{.fd = mnl_socket_get_fd(nl), .events = POLLIN},
				{.fd = STDIN_FILENO, .events = POLLIN}};
	ssize_t n;
	int group;

	for (group = 1; group <= XFRMNLGRP_MAX; group++)
		mnl_socket_setsockopt(nl, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
	printf("recording\n");
	fflush(stdout);
	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents) {
			n = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
			if (n > 0)
				print_hex(buffer, (size_t)n);
		} else if (read(STDIN_FILENO, buffer, sizeof(buffer)) <= 0) {
			break;
		}
	}
	mnl_socket_close(nl);
	return 0;
}

static int dump(void)
{
	static char buffer[65536] __attribute__((aligned(8)));
	struct mnl_socket *nl = open_xfrm();
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	bool done;
	int n;

	nlh->nlmsg_type = XFRM_MSG_GETSA;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	n = (int)mnl_socket_sendto(nl, nlh, nlh->nlmsg_len);
	for (done = n < 0; !done;) {
		n = (int)mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		done = n <= 0;
		for (nlh = (struct nlmsghdr *)buffer; !done && mnl_nlmsg_ok(nlh, n);
		     nlh = mnl_nlmsg_next(nlh, &n)) {
			done = nlh->nlmsg_type < NLMSG_MIN_TYPE;
			if (!done)
				print_hex((const char *)nlh, nlh->nlmsg_len);
		}
	}
	mnl_socket_close(nl);
	return n < 0;
}

static int forge(int argc, char **argv)
{
	char buffer[4096] __attribute__((aligned(8)));
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	struct mnl_socket *nl = open_xfrm();
	struct xfrm_usersa_info *info;
	struct nlmsghdr *nlh;
	int ret;

	if (argc != 3)
		return 2;
	to.nl_pid = (uint32_t)strtoul(argv[0], NULL, 0);
	nlh = mnl_nlmsg_put_header(buffer);
	nlh->nlmsg_type = XFRM_MSG_NEWSA;
	info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	fill_info(info, argv[1], argv[1]);
	info->id.spi = htonl((uint32_t)strtoul(argv[2], NULL, 0));
	ret = sendto(mnl_socket_get_fd(nl), nlh, nlh->nlmsg_len, 0, (struct sockaddr *)&to,
		     sizeof(to)) < 0;
	if (ret)
		perror("sad_probe: forge");
	mnl_socket_close(nl);
	return ret;
}

struct local {
	int family;
	__be32 address[4];
};

struct follower {
	struct sad *sad;
	struct local local[MAX_LOCAL];
	size_t locals;
	bool paused;
};

static void print_sa(const char *what, const struct sa *sa)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];

	inet_ntop(sa->id.family, sa->src, src, sizeof(src));
	inet_ntop(sa->id.family, sa->id.dst, dst, sizeof(dst));
	printf("%s %s %s 0x%08x larval=%d dir=%d pcpu=%d mark=%u/%u if_id=%u window=%u esn=%d "
	       "encap=%d:%u:%u offload=%d\n",
	       what, src, dst, sa->id.spi, sa->larval, sa->direction, sa->pcpu, sa->mark_value,
	       sa->mark_mask, sa->if_id, sa->replay_window, sa->esn, sa->encap, sa->encap_sport,
	       sa->encap_dport, sa->offload);
}

static void on_added(void *arg, const struct sa *sa)
{
	print_sa("added", sa);
}

static void on_changed(void *arg, const struct sa *was, const struct sa *now)
{
	print_sa("changed", now);
}

static void on_removed(void *arg, const struct sa *sa)
{
	print_sa("removed", sa);
}

static void on_lost(void *arg, enum sad_lost why)
{
	static const char *const names[] = {"overflow", "flush", "migrate"};

	printf("lost %s\n", names[why]);
}

static bool is_local(void *arg, uint8_t family, const __be32 address[4])
{
	const struct follower *f = arg;
	size_t i;

	for (i = 0; i < f->locals; i++) {
		if (f->local[i].family == family && !memcmp(f->local[i].address, address, 16))
			return true;
	}
	return false;
}

static void set_local(struct follower *f, char *rest)
{
	char *word;

	f->locals = 0;
	while ((word = strtok_r(rest, " \n", &rest)) && f->locals < MAX_LOCAL) {
		f->local[f->locals].family = parse_address(word, f->local[f->locals].address);
		f->locals++;
	}
}

static int print_one(void *arg, const struct sa *sa)
{
	print_sa("sa", sa);
	return 0;
}

static void ask(struct follower *f, char *rest)
{
	struct sa_id id = {.protocol = IPPROTO_ESP};
	char *dst = strtok_r(rest, " \n", &rest), *spi = strtok_r(rest, " \n", &rest);
	int ret;

	if (!dst || !spi)
		return;
	id.family = (uint8_t)parse_address(dst, id.dst);
	id.spi = (uint32_t)strtoul(spi, NULL, 0);
	ret = sad_ask(f->sad, &id);
	printf("asked %s\n", ret ? strerror(-ret) : "found");
}

static void print_stats(const struct sad *sad)
{
	const struct sad_stats *s = sad_stats(sad);

	printf("stats events=%llu forged=%llu malformed=%llu overflows=%llu syncs=%llu count=%zu\n",
	       (unsigned long long)s->events, (unsigned long long)s->forged,
	       (unsigned long long)s->malformed, (unsigned long long)s->overflows,
	       (unsigned long long)s->syncs, sad_count(sad));
}

static void command(struct follower *f, char *line)
{
	char *rest, *verb = strtok_r(line, " \n", &rest);
	int size;

	if (!verb)
		return;
	if (!strcmp(verb, "sync")) {
		printf("synced %d\n", sad_sync(f->sad));
	} else if (!strcmp(verb, "slice")) {
		printf("slice %d\n", sad_sync_slice(f->sad, 0));
	} else if (!strcmp(verb, "ask")) {
		ask(f, rest);
	} else if (!strcmp(verb, "list")) {
		sad_each(f->sad, print_one, NULL);
	} else if (!strcmp(verb, "stats")) {
		print_stats(f->sad);
	} else if (!strcmp(verb, "local")) {
		set_local(f, rest);
		sad_addresses_changed(f->sad);
	} else if (!strcmp(verb, "pause") || !strcmp(verb, "resume")) {
		f->paused = !strcmp(verb, "pause");
	} else if (!strcmp(verb, "rcvbuf")) {
		size = atoi(rest);
		setsockopt(sad_fd(f->sad), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	}
	printf("done %s\n", verb);
	fflush(stdout);
}

static void read_events(struct follower *f)
{
	int ret = sad_read(f->sad);

	if (ret == SAD_SYNC_WANTED)
		printf("synced %d\n", sad_sync(f->sad));
	else if (ret)
		printf("error %s\n", strerror(-ret));
	fflush(stdout);
}

static int loop(struct follower *f)
{
	struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
				{.fd = sad_fd(f->sad), .events = POLLIN}};
	char line[256];

	setvbuf(stdin, NULL, _IONBF, 0);
	while (poll(fds, f->paused ? 1 : 2, -1) > 0) {
		if (!f->paused && fds[1].revents)
			read_events(f);
		if (!fds[0].revents)
			continue;
		if (!fgets(line, sizeof(line), stdin))
			return 0;
		command(f, line);
	}
	return 1;
}

static int follow(int argc, char **argv)
{
	static const struct sad_ops ops = {on_added, on_changed, on_removed, on_lost, is_local};
	struct sockaddr_nl name = {0};
	socklen_t length = sizeof(name);
	struct follower f = {0};
	int ret;

	for (; argc > 0 && f.locals < MAX_LOCAL; argc--, argv++) {
		f.local[f.locals].family = parse_address(argv[0], f.local[f.locals].address);
		f.locals++;
	}
	ret = sad_open(&f.sad, &ops, &f);
	if (ret) {
		fprintf(stderr, "sad_probe: follow: %s\n", strerror(-ret));
		return 1;
	}
	getsockname(sad_fd(f.sad), (struct sockaddr *)&name, &length);
	printf("port %u\n", name.nl_pid);
	printf("synced %d\n", sad_sync(f.sad));
	fflush(stdout);
	ret = loop(&f);
	sad_close(f.sad);
	return ret;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	int ret = 2;

	if (!strcmp(verb, "alloc"))
		ret = alloc(argc - 2, argv + 2);
	else if (!strcmp(verb, "record"))
		ret = record();
	else if (!strcmp(verb, "dump"))
		ret = dump();
	else if (!strcmp(verb, "forge"))
		ret = forge(argc - 2, argv + 2);
	else if (!strcmp(verb, "follow"))
		ret = follow(argc - 2, argv + 2);
	if (ret == 2)
		fputs(usage, stderr);
	return ret;
}
