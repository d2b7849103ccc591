// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file of changed settings (steer/undo.h), left by who knows whom: opened, then everything that
 * it names put back, on a made-up NIC in a network namespace of our own. A file that is refused
 * stays as it is; what is left after putting back can be opened again. Needs root.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "steer/undo.h"
#include "fuzz.h"

enum { TABLE = 8, KEY = 40, IFINDEX = 7 };

static const char dir[] = "/dev/shm/espalier-fuzz";

static int refuse(int err)
{
	errno = err;
	return -1;
}

/* A NIC with a table and a key that never change: what is "put back" is only parsed. */
static int answer_rss(struct ethtool_rxfh *rss)
{
	if ((rss->indir_size && rss->indir_size != TABLE) ||
	    (rss->key_size && rss->key_size != KEY))
		return refuse(EINVAL);
	memset(rss->rss_config, 0, rss->indir_size * sizeof(uint32_t) + rss->key_size);
	rss->indir_size = TABLE;
	rss->key_size = KEY;
	rss->hfunc = 1;
	return 0;
}

static int answer(void *request)
{
	struct ethtool_channels *channels = request;

	switch (*(uint32_t *)request) {
	case ETHTOOL_GRSSH:
		return answer_rss(request);
	case ETHTOOL_GRXRINGS:
		((struct ethtool_rxnfc *)request)->data = 4;
		return 0;
	case ETHTOOL_GCHANNELS:
		memset(&channels->max_rx, 0, sizeof(*channels) - sizeof(channels->cmd));
		channels->max_combined = 8;
		channels->combined_count = 4;
		return 0;
	case ETHTOOL_SRSSH:
	case ETHTOOL_SCHANNELS:
		return 0;
	default:
		return refuse(EOPNOTSUPP);
	}
}

/* In front of the C library's: ethtool of nic0 is ours to answer. */
int ioctl(int fd, unsigned long request, ...)
{
	struct ifreq *ifr;
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	ifr = arg;
	if (request == SIOCETHTOOL && !strcmp(ifr->ifr_name, "nic0"))
		return answer(ifr->ifr_data);
	return syscall(SYS_ioctl, fd, request, arg);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char command[128];

	if (unshare(CLONE_NEWNET | CLONE_NEWNS)) {
		fprintf(stderr, "fuzz-undo: a network namespace of its own: %s; run it as root\n",
			strerror(errno));
		exit(2);
	}
	snprintf(command, sizeof(command),
		 "mount --make-rprivate / && mount -t tmpfs tmpfs /dev/shm && "
		 "ip link add nic0 index %d address 02:00:00:00:00:07 type veth peer nic1",
		 IFINDEX);
	MUST(!system(command));
	return 0;
}

/* The file holds exactly these bytes. */
static void must_be(int at, const uint8_t *data, size_t size)
{
	uint8_t *is = malloc(size + 1);
	int fd = openat(at, "s.json", O_RDONLY | O_CLOEXEC);

	MUST(is && fd >= 0);
	MUST(read(fd, is, size + 1) == (ssize_t)size && (!size || !memcmp(is, data, size)));
	close(fd);
	free(is);
}

static void write_file(int at, const uint8_t *data, size_t size)
{
	int fd = openat(at, "s.json", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static void on_said(void *ctx, enum undo_outcome outcome, const char *line)
{
	MUST(line[0] && !strchr(line, '\n'));
}

static void put_all_back(struct undo *undo)
{
	char why[512];

	MUST(undo_after_detach(undo, IFINDEX) >= 0);
	MUST(undo_restore(undo, IFINDEX) >= 0);
	MUST(undo_restore(undo, 0) >= 0);
	undo_close(undo);
	if (undo_open(&undo, dir, "s.json", NULL, NULL, why, sizeof(why))) {
		fprintf(stderr, "what we wrote is refused: %s\n", why);
		abort();
	}
	undo_close(undo);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[512] = "";
	struct undo *undo;
	int at, err;

	(void)mkdir(dir, 0700);
	at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	MUST(at >= 0);
	write_file(at, data, size);
	err = undo_open(&undo, dir, "s.json", on_said, NULL, why, sizeof(why));
	if (err) {
		MUST(err == -EBADMSG && why[0] && !undo);
		must_be(at, data, size);
	} else {
		put_all_back(undo);
	}
	close(at);
	return 0;
}
