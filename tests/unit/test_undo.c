/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings put back: the file against damage and strangers, real knobs of a veth, and a made-up NIC
 * with hash, key and table behind the ethtool ioctl of one veth called nic0.
 */
#include "nic/ethtool.h"
#include "steer/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The made-up NIC */

#define TABLE 8
#define KEY   40

static struct {
	bool present;
	bool configured; /* a table was set: kept until reset (IFF_RXFH_CONFIGURED) */
	bool stuck;	 /* refuses to change its key */
	int refuses;	 /* errno of who reads its hash settings; 0: nothing is in the way */
	int refuses_then; /* the same once it was said that the hash function could not be read */
	uint32_t rings;
	uint32_t table[TABLE];
	uint8_t key[KEY];
	uint8_t hfunc;
} model;

static void model_reset_table(void)
{
	int i;

	for (i = 0; i < TABLE; i++)
		model.table[i] = i % model.rings;
	model.configured = false;
}

static void model_init(void)
{
	int i;

	model.present = true;
	model.stuck = false;
	model.refuses = model.refuses_then = 0;
	model.rings = 4;
	model.hfunc = 1;
	for (i = 0; i < KEY; i++)
		model.key[i] = i + 1;
	model_reset_table();
}

static int fail_with(int err)
{
	errno = err;
	return -1;
}

static int model_get(struct ethtool_rxfh *rss)
{
	if (model.refuses)
		return fail_with(model.refuses);
	if (rss->rss_context)
		return fail_with(EOPNOTSUPP);
	if ((rss->indir_size && rss->indir_size != TABLE) ||
	    (rss->key_size && rss->key_size != KEY))
		return fail_with(EINVAL);
	if (rss->indir_size)
		memcpy(rss->rss_config, model.table, sizeof(model.table));
	if (rss->key_size)
		memcpy(rss->rss_config + rss->indir_size, model.key, KEY);
	rss->indir_size = TABLE;
	rss->key_size = KEY;
	rss->hfunc = model.hfunc;
	return 0;
}

static int model_set(const struct ethtool_rxfh *rss)
{
	uint32_t indir = rss->indir_size == 0xffffffff ? 0 : rss->indir_size;

	if ((indir && indir != TABLE) || (rss->key_size && rss->key_size != KEY))
		return fail_with(EINVAL);
	if (rss->key_size && model.stuck)
		return fail_with(EBUSY);
	if (indir) {
		memcpy(model.table, rss->rss_config, sizeof(model.table));
		model.configured = true;
	}
	if (rss->key_size)
		memcpy(model.key, rss->rss_config + indir, KEY);
	if (!rss->indir_size)
		model_reset_table();
	if (rss->hfunc)
		model.hfunc = rss->hfunc;
	return 0;
}

static int model_channels(struct ethtool_channels *ch)
{
	if (ch->cmd == ETHTOOL_SCHANNELS) {
		model.rings = ch->combined_count;
		if (!model.configured)
			model_reset_table();
		return 0;
	}
	memset(&ch->max_rx, 0, sizeof(*ch) - sizeof(ch->cmd));
	ch->max_combined = 8;
	ch->combined_count = model.rings;
	return 0;
}

static int model_answer(void *request)
{
	switch (*(uint32_t *)request) {
	case ETHTOOL_GRSSH:
		return model_get(request);
	case ETHTOOL_SRSSH:
		return model_set(request);
	case ETHTOOL_GRXRINGS:
		((struct ethtool_rxnfc *)request)->data = model.rings;
		return 0;
	case ETHTOOL_GCHANNELS:
	case ETHTOOL_SCHANNELS:
		return model_channels(request);
	default:
		return fail_with(EOPNOTSUPP);
	}
}

/* In front of the C library's: all but ethtool of nic0 goes to the kernel. */
int ioctl(int fd, unsigned long request, ...)
{
	struct ifreq *ifr;
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	ifr = arg;
	if (request == SIOCETHTOOL && model.present && !strcmp(ifr->ifr_name, "nic0"))
		return model_answer(ifr->ifr_data);
	return syscall(SYS_ioctl, fd, request, arg);
}

/* A place to work in */

static char dir[64], state_file[128], said[8192];
static int outcomes[UNDO_FAILED + 1]; /* how often each was said */

static void sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void sh(const char *fmt, ...)
{
	char command[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (system(command))
		fail_msg("failed: %s", command);
}

/* An empty namespace with v0-v1 and nic0-nic1, and no directory yet. */
static int setup(void **state)
{
	if (unshare(CLONE_NEWNET))
		return -1;
	strcpy(dir, "/tmp/espalier-undo.XXXXXX");
	if (!mkdtemp(dir) || rmdir(dir))
		return -1;
	snprintf(state_file, sizeof(state_file), "%s/s.json", dir);
	said[0] = 0;
	memset(outcomes, 0, sizeof(outcomes));
	model.present = false;
	sh("ip link add v0 numrxqueues 4 numtxqueues 4 type veth peer v1 numrxqueues 4 numtxqueues "
	   "4");
	sh("ip link add nic0 type veth peer nic1");
	return 0;
}

static int teardown(void **state)
{
	sh("rm -rf %s", dir);
	return 0;
}

static void note(void *ctx, enum undo_outcome outcome, const char *line)
{
	size_t used = strlen(said);

	outcomes[outcome]++;
	if (model.refuses && strstr(line, "hash-function could not be read"))
		model.refuses = model.refuses_then;
	snprintf(said + used, sizeof(said) - used, "%s\n", line);
}

static int index_of(const char *ifname)
{
	return (int)if_nametoindex(ifname);
}

static struct undo *open_undo(void)
{
	struct undo *undo;
	char why[512] = "";

	if (undo_open(&undo, dir, "s.json", note, NULL, why, sizeof(why)))
		fail_msg("%s", why);
	return undo;
}

static void assert_said(const char *want)
{
	if (!strstr(said, want))
		fail_msg("\"%s\" does not have \"%s\"", said, want);
}

static bool file_exists(void)
{
	return !access(state_file, F_OK);
}

static struct undo_entry entry(enum undo_kind kind, const char *ifname, const char *knob,
			       const char *old, const char *new)
{
	struct undo_entry e = {
		.kind = kind,
		.ifindex = if_nametoindex(ifname),
		.old_value = old,
		.new_value = new,
		.reason = "why not",
	};

	strcpy(e.ifname, ifname);
	strcpy(e.knob, knob);
	return e;
}

static struct undo_entry rps(const char *ifname, const char *old, const char *new)
{
	return entry(UNDO_QUEUE, ifname, "rx-0/rps_cpus", old, new);
}

static void assert_value(struct undo *undo, const struct undo_entry *knob, const char *want)
{
	char *value;

	assert_int_equal(undo_read(undo, knob, &value), 0);
	assert_string_equal(value, want);
	free(value);
}

/* As an operator would, past us. */
static void set_by_hand(const struct undo_entry *like, const char *value)
{
	char why[512], other[80];
	struct undo_entry e = *like;
	struct undo *undo;

	snprintf(other, sizeof(other), "%s-hand", dir);
	assert_int_equal(undo_open(&undo, other, "x", NULL, NULL, why, sizeof(why)), 0);
	e.ifindex = if_nametoindex(e.ifname);
	e.new_value = value;
	assert_int_equal(undo_set(undo, &e), 0);
	undo_close(undo);
	sh("rm -r %s", other);
}

static void changes_are_made_and_put_back(void **state)
{
	struct undo_entry feature = entry(UNDO_FEATURE, "v0", "rx-vlan-hw-parse", "on", "off");
	struct undo_entry channels =
		entry(UNDO_CHANNELS, "v0", "channels", "rx 4 tx 4 other 0 combined 0",
		      "rx 2 tx 4 other 0 combined 0");
	struct undo_entry flow = entry(UNDO_QUEUE, "v0", "rx-1/rps_flow_cnt", "0", "64");
	struct undo_entry sysctl = entry(UNDO_SYSCTL, "", "net/ipv4/ip_forward", "0", "1");
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo_entry *all[] = {&feature, &channels, &flow, &sysctl, &mask};
	struct undo *undo = open_undo();
	size_t i;

	for (i = 0; i < 5; i++) {
		assert_value(undo, all[i], all[i]->old_value);
		assert_int_equal(undo_set(undo, all[i]), 0);
		assert_value(undo, all[i], all[i]->new_value);
		assert_int_equal(undo_count(undo), i + 1);
	}
	assert_said("v0: why not: rx-vlan-hw-parse on -> off\n");
	assert_said("\nwhy not: net/ipv4/ip_forward 0 -> 1\n");
	assert_int_equal(undo_restore(undo, 0), 0);
	for (i = 0; i < 5; i++)
		assert_value(undo, all[i], all[i]->old_value);
	assert_said("v0: put back: rx-0/rps_cpus 3 -> 0\n");
	assert_int_equal(undo_count(undo), 0);
	assert_false(file_exists());
	undo_close(undo);
}

static void files_are_roots_alone(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo;
	struct stat st;
	mode_t old = umask(0);

	undo = open_undo();
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_false(file_exists());
	assert_int_equal(undo_record(undo, &mask), 0);
	assert_int_equal(stat(state_file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	undo_close(undo);
	umask(old);
}

static void assert_refused(int err, const char *says)
{
	struct undo *undo;
	char why[512] = "";

	assert_int_equal(undo_open(&undo, dir, "s.json", NULL, NULL, why, sizeof(why)), err);
	assert_null(undo);
	if (!strstr(why, says) || !strstr(why, dir))
		fail_msg("\"%s\" does not say \"%s\" and name %s", why, says, dir);
}

static void strangers_files_are_refused(void **state)
{
	sh("mkdir -m 700 %s && echo '{}' > %s && chown 1 %s", dir, state_file, state_file);
	assert_refused(-EPERM, "root alone");
	sh("chown 0 %s && chmod 666 %s", state_file, state_file);
	assert_refused(-EPERM, "root alone");
	sh("chmod 600 %s && ln %s %s/hard", state_file, state_file, dir);
	assert_refused(-EPERM, "root alone");
	sh("rm %s && ln -s hard %s", state_file, state_file);
	assert_refused(-ELOOP, "root alone");
	sh("rm %s && mkfifo %s", state_file, state_file);
	assert_refused(-EPERM, "root alone");
	sh("rm %s && mkdir %s", state_file, state_file);
	assert_refused(-EPERM, "root alone");
	sh("rm -r %s && mkdir -m 777 %s", dir, dir);
	assert_refused(-EPERM, "root alone");
	sh("chmod 700 %s && chown 1 %s", dir, dir);
	assert_refused(-EPERM, "root alone");
	sh("mv %s %s-real && chown 0 %s-real && ln -s %s-real %s", dir, dir, dir, dir, dir);
	assert_refused(-EPERM, "root alone");
	sh("rm -r %s %s-real && touch %s", dir, dir, dir);
	assert_refused(-EPERM, "root alone");
	sh("rm %s", dir);
	snprintf(dir + strlen(dir), 16, "/deeper");
	assert_refused(-ENOENT, "No such file");
	*strrchr(dir, '/') = 0;
}

static void put_state(const char *text)
{
	FILE *file = fopen(state_file, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(state_file, 0600), 0);
}

static void assert_state(const char *text)
{
	char got[4096] = "";
	FILE *file = fopen(state_file, "r");

	assert_non_null(file);
	(void)fread(got, 1, sizeof(got) - 1, file);
	fclose(file);
	assert_string_equal(got, text);
}

#define CHANGE(ifindex, kind, knob)                                                         \
	"{\"interface\":\"v0\",\"ifindex\":" ifindex ",\"mac\":\"\",\"kind\":\"" kind "\"," \
	"\"knob\":\"" knob "\",\"old\":\"0\",\"new\":\"1\",\"reason\":\"\"}"
#define STATE(changes, attached) \
	"{\"version\":1,\"changes\":[" changes "],\"attached\":[" attached "]}"

static void damaged_files_change_nothing(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"[]",
		"null",
		"{}",
		"{\"version\":1}",
		"{\"version\":2,\"changes\":[],\"attached\":[]}",
		"{\"version\":\"1\",\"changes\":[],\"attached\":[]}",
		"{\"version\":1,\"changes\":{},\"attached\":[]}",
		STATE("", "") "x",
		STATE("1", ""),
		STATE("{}", ""),
		STATE("null", ""),
		STATE(CHANGE("-1", "queue", "rx-0/rps_cpus"), ""),
		STATE(CHANGE("4294967296", "queue", "rx-0/rps_cpus"), ""),
		STATE(CHANGE("\"2\"", "queue", "rx-0/rps_cpus"), ""),
		STATE(CHANGE("0", "queue", "rx-0/rps_cpus"), ""),
		STATE(CHANGE("2", "nonsense", "rx-0/rps_cpus"), ""),
		/* knobs that lead elsewhere */
		STATE(CHANGE("2", "queue", "rx-0/../../mtu"), ""),
		STATE(CHANGE("2", "queue", "../mtu"), ""),
		STATE(CHANGE("2", "queue", "rx-0/rps_cpus/"), ""),
		STATE(CHANGE("2", "queue", "rx--1/rps_cpus"), ""),
		STATE(CHANGE("2", "queue", "tx-0/xps_cpus"), ""),
		STATE(CHANGE("0", "sysctl", "kernel/core_pattern"), ""),
		STATE(CHANGE("0", "sysctl", "net/../kernel/core_pattern"), ""),
		STATE(CHANGE("0", "sysctl", "/etc/passwd"), ""),
		STATE("", "{\"interface\":\"v0\",\"ifindex\":2,\"mac\":\"\"}"),
		STATE("", "{\"interface\":\"v0\",\"ifindex\":2,\"mac\":\"\",\"before\":[{}]}"),
		STATE("", "{\"interface\":\"an-overlong-name\",\"ifindex\":2,\"mac\":\"\","
			  "\"before\":[]}"),
		STATE("", "{\"interface\":\"v0\",\"ifindex\":0,\"mac\":\"\",\"before\":[]}"),
		STATE("", "{\"interface\":\"v0\",\"ifindex\":2,\"mac\":\"\",\"before\":[],"
			  "\"after\":3}"),
	};
	size_t i;

	sh("mkdir -m 700 %s", dir);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put_state(bad[i]);
		assert_refused(-EBADMSG, "damaged");
		assert_refused(-EBADMSG, state_file);
		assert_state(bad[i]);
	}
	put_state(STATE(CHANGE("0", "sysctl", "net/core/somaxconn"), ""));
	undo_close(open_undo());
}

/* Every beginning of a real file. */
static void cut_files_are_refused(void **state)
{
	struct undo_entry mask = rps("nic0", "0", "3");
	struct undo *undo = open_undo();
	char whole[8192];
	size_t len, i;
	FILE *file;

	model_init();
	assert_int_equal(undo_record(undo, &mask), 0);
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
	undo_close(undo);
	file = fopen(state_file, "r");
	assert_non_null(file);
	len = fread(whole, 1, sizeof(whole) - 1, file);
	assert_true(len > 100 && feof(file));
	fclose(file);
	for (i = 0; i < len; i++) {
		assert_int_equal(truncate(state_file, 0), 0);
		file = fopen(state_file, "w");
		assert_int_equal(fwrite(whole, 1, i, file), i);
		assert_int_equal(fclose(file), 0);
		assert_refused(-EBADMSG, "damaged");
	}
}

/* The record is on disk before the change: killed right after recording, or right after changing.
 */
static void killed_anywhere_is_put_back(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo;
	int status, when;
	pid_t child;

	for (when = 0; when < 2; when++) {
		said[0] = 0;
		child = fork();
		if (!child) {
			undo = open_undo();
			if (when)
				undo_set(undo, &mask);
			else
				undo_record(undo, &mask);
			kill(getpid(), SIGKILL);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_true(file_exists());
		undo = open_undo();
		assert_int_equal(undo_count(undo), 1);
		assert_value(undo, &mask, when ? "3" : "0");
		assert_int_equal(undo_restore(undo, 0), 0);
		assert_value(undo, &mask, "0");
		assert_int_equal(strlen(said) > 0, when);
		assert_false(file_exists());
		undo_close(undo);
	}
}

static void what_cannot_be_written_down_is_not_changed(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(undo_set(undo, &mask), -ENOENT);
	assert_value(undo, &mask, "0");
	assert_int_equal(undo_count(undo), 0);
	assert_string_equal(said, "");
	undo_close(undo);
}

static void what_fails_is_not_recorded(void **state)
{
	struct undo_entry good = rps("v0", "0", "3"), bad = rps("v0", "3", "zz");
	struct undo_entry none = entry(UNDO_QUEUE, "v0", "rx-9/rps_cpus", "0", "1");
	struct undo_entry lro = entry(UNDO_FEATURE, "v0", "rx-lro", "off", "on");
	struct undo_entry gone = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &none), -ENOENT);
	assert_int_equal(undo_set(undo, &lro), -EOPNOTSUPP);
	gone.ifindex = 9999;
	assert_int_equal(undo_set(undo, &gone), -ENODEV);
	assert_int_equal(undo_count(undo), 0);
	assert_false(file_exists());
	/* a second change of a knob that fails leaves the record of the first */
	assert_int_equal(undo_set(undo, &good), 0);
	assert_true(undo_set(undo, &bad) < 0);
	assert_int_equal(undo_count(undo), 1);
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &good, "0");
	undo_close(undo);
}

static void the_operators_value_stays(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &mask), 0);
	set_by_hand(&mask, "1");
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &mask, "1");
	assert_said("v0: rx-0/rps_cpus is now 1, no longer the 3 that we set: left alone\n");
	assert_int_equal(undo_count(undo), 0);
	undo_close(undo);
}

static void the_first_old_value_stays(void **state)
{
	struct undo_entry first = rps("v0", "0", "3"), second = rps("v0", "3", "2");
	struct undo_entry third = rps("v0", "1", "2");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &first), 0);
	assert_int_equal(undo_set(undo, &second), 0);
	assert_int_equal(undo_count(undo), 1);
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &first, "0");
	/* unless the operator set it in between: then that is what to put back */
	assert_int_equal(undo_set(undo, &first), 0);
	set_by_hand(&first, "1");
	assert_int_equal(undo_set(undo, &third), 0);
	assert_int_equal(undo_count(undo), 1);
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &first, "1");
	undo_close(undo);
}

static void one_interface_is_put_back(void **state)
{
	struct undo_entry here = rps("v0", "0", "3"), there = rps("v1", "0", "2");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &here), 0);
	assert_int_equal(undo_set(undo, &there), 0);
	assert_int_equal(undo_restore(undo, here.ifindex), 0);
	assert_value(undo, &here, "0");
	assert_value(undo, &there, "2");
	assert_int_equal(undo_count(undo), 1);
	assert_true(file_exists());
	undo_close(undo);
	undo = open_undo();
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &there, "0");
	undo_close(undo);
}

static void renamed_interfaces_are_found(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &mask), 0);
	sh("ip link set v0 name wan0 && ip link add v0 type veth peer v9");
	assert_int_equal(undo_restore(undo, 0), 0);
	strcpy(mask.ifname, "wan0");
	assert_value(undo, &mask, "0");
	assert_said("wan0: put back");
	undo_close(undo);
}

/* Its settings go with it; from here they can only be named. */
static void what_went_to_another_namespace_is_told(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	sh("ip netns add undo-%d", getpid());
	assert_int_equal(undo_set(undo, &mask), 0);
	sh("ip link set v0 netns undo-%d", getpid());
	assert_int_equal(undo_restore(undo, 0), 0);
	sh("ip netns del undo-%d", getpid());
	assert_said("v0: the interface is in another network namespace now: left alone; there "
		    "rx-0/rps_cpus may still be 3, which we set, and was 0\n");
	assert_int_equal(outcomes[UNDO_LEFT_ALONE], 1);
	assert_false(file_exists());
	undo_close(undo);
}

static void another_interface_of_that_index_is_not_touched(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &mask), 0);
	/* deleted, and made again with the same index under another name and address */
	sh("ip link del v0 && ip link add other index %d type veth peer v1", mask.ifindex);
	strcpy(mask.ifname, "other");
	assert_int_equal(if_nametoindex("other"), mask.ifindex);
	set_by_hand(&mask, "3");
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &mask, "3");
	assert_said("v0: the interface is gone");
	assert_int_equal(undo_count(undo), 0);
	undo_close(undo);
}

static void recreated_interfaces_are_not_touched(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &mask), 0);
	sh("ip link del v0 && ip link add v0 type veth peer v1");
	set_by_hand(&mask, "3");
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &mask, "3");
	assert_false(file_exists());
	undo_close(undo);
}

static void vanished_queues_are_forgotten(void **state)
{
	struct undo_entry mask = entry(UNDO_QUEUE, "v0", "rx-3/rps_cpus", "0", "3");
	struct undo *undo = open_undo();

	assert_int_equal(undo_set(undo, &mask), 0);
	sh("ethtool -L v0 rx 2");
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_said("rx-3/rps_cpus is no longer there");
	assert_int_equal(undo_count(undo), 0);
	undo_close(undo);
}

static void what_cannot_be_put_back_stays_written_down(void **state)
{
	const char *old = "01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:"
			  "19:1a:1b:1c:1d:1e:1f:20:21:22:23:24:25:26:27:28";
	const char *new = "ff:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:"
			  "19:1a:1b:1c:1d:1e:1f:20:21:22:23:24:25:26:27:28";
	struct undo_entry key = entry(UNDO_KEY, "nic0", "hash-key", old, new);
	struct undo *undo = open_undo();

	model_init();
	assert_int_equal(undo_set(undo, &key), 0);
	assert_int_equal(model.key[0], 0xff);
	model.stuck = true;
	assert_int_equal(undo_restore(undo, 0), 1);
	assert_said("could not be put back");
	assert_said(state_file);
	undo_close(undo);
	model.stuck = false;
	undo = open_undo();
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_int_equal(model.key[0], 1);
	assert_false(file_exists());
	undo_close(undo);
}

static void hash_settings_are_put_back(void **state)
{
	struct undo_entry table = entry(UNDO_INDIR, "nic0", "indirection-table", "0 1 2 3 0 1 2 3",
					"0 0 0 0 1 1 1 1");
	struct undo_entry hfunc = entry(UNDO_HFUNC, "nic0", "hash-function", "1", "4");
	struct undo_entry bad = table;
	static const char *const wrong[] = {"0 1 2",	       "0 1 2 3 0 1 2 3 4",
					    "0 1 2 3 0 1 2 x", "",
					    "0,1,2,3,0,1,2,3", "0 1 2 3 0 1 2 4294967296"};
	struct undo *undo = open_undo();
	uint8_t key[KEY];
	size_t i;

	model_init();
	memcpy(key, model.key, KEY);
	assert_int_equal(undo_set(undo, &table), 0);
	assert_int_equal(undo_set(undo, &hfunc), 0);
	assert_int_equal(model.table[3], 0);
	assert_int_equal(model.hfunc, 4);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		bad.new_value = wrong[i];
		assert_int_equal(undo_set(undo, &bad), -EINVAL);
	}
	assert_value(undo, &table, "0 0 0 0 1 1 1 1");
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &table, "0 1 2 3 0 1 2 3");
	assert_int_equal(model.hfunc, 1);
	assert_memory_equal(model.key, key, KEY);
	/* the default is put back as such: later channel changes spread anew */
	assert_false(model.configured);
	undo_close(undo);
}

static void a_configured_table_is_put_back_as_one(void **state)
{
	struct undo_entry table = entry(UNDO_INDIR, "nic0", "indirection-table", "3 3 3 3 2 2 2 2",
					"0 0 0 0 1 1 1 1");
	struct undo *undo = open_undo();

	model_init();
	set_by_hand(&table, "3 3 3 3 2 2 2 2");
	assert_int_equal(undo_set(undo, &table), 0);
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_value(undo, &table, "3 3 3 3 2 2 2 2");
	assert_true(model.configured);
	undo_close(undo);
}

/* As virtio_net does: other channels, another table. */
static void driver_attaches(void)
{
	model.rings = 2;
	model_reset_table();
}

static void what_the_driver_changed_is_put_back(void **state)
{
	struct undo *undo = open_undo();
	int crash;

	for (crash = 0; crash < 2; crash++) {
		model_init();
		said[0] = 0;
		assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
		driver_attaches();
		if (crash) {
			/* before after_attach; the next process takes it down */
			undo_close(undo);
			undo = open_undo();
		} else {
			assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
		}
		assert_int_equal(undo_before_detach(undo, index_of("nic0")), 0);
		assert_int_equal(undo_after_detach(undo, index_of("nic0")), 0);
		assert_int_equal(model.rings, 4);
		assert_int_equal(model.table[3], 3);
		assert_said("the driver changed it with the program: channels rx 0 tx 0 other 0 "
			    "combined 2 -> rx 0 tx 0 other 0 combined 4\n");
		assert_false(file_exists());
	}
	undo_close(undo);
}

static void what_the_driver_left_is_not_mentioned(void **state)
{
	struct undo *undo = open_undo();

	assert_int_equal(undo_before_attach(undo, index_of("v0")), 0);
	assert_true(file_exists());
	assert_int_equal(undo_after_attach(undo, index_of("v0")), 0);
	assert_int_equal(undo_before_detach(undo, index_of("v0")), 0);
	assert_int_equal(undo_after_detach(undo, index_of("v0")), 0);
	assert_string_equal(said, "");
	assert_false(file_exists());
	/* nothing was attached: nothing to do */
	assert_int_equal(undo_before_detach(undo, index_of("v0")), 0);
	assert_int_equal(undo_after_detach(undo, index_of("v0")), 0);
	assert_int_equal(undo_after_attach(undo, index_of("v0")), -ENOENT);
	undo_close(undo);
}

static void what_the_operator_changed_meanwhile_stays(void **state)
{
	struct undo_entry feature = entry(UNDO_FEATURE, "v0", "rx-gro", "off", "on");
	struct undo_entry other = entry(UNDO_FEATURE, "v0", "tx-scatter-gather", "on", "off");
	struct undo *undo = open_undo();

	assert_int_equal(undo_before_attach(undo, index_of("v0")), 0);
	/* this one the driver changes */
	set_by_hand(&other, "off");
	assert_int_equal(undo_after_attach(undo, index_of("v0")), 0);
	set_by_hand(&feature, "on");
	assert_int_equal(undo_before_detach(undo, index_of("v0")), 0);
	assert_int_equal(undo_after_detach(undo, index_of("v0")), 0);
	assert_value(undo, &feature, "on");
	assert_value(undo, &other, "on");
	assert_said(
		"v0: rx-gro is now on, changed by somebody else while we steered: left alone\n");
	assert_said("tx-scatter-gather off -> on\n");
	undo_close(undo);
}

/* The program is gone with a crash of its holder: what is left of it is put back before a new one.
 */
static void an_old_attachment_is_settled_first(void **state)
{
	struct undo *undo = open_undo();

	model_init();
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	driver_attaches();
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	assert_int_equal(model.rings, 4);
	driver_attaches();
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 0);
	assert_int_equal(model.rings, 4);
	assert_false(file_exists());
	undo_close(undo);
}

static void attachments_of_lost_interfaces_are_forgotten(void **state)
{
	struct undo *undo = open_undo();
	int v0 = index_of("v0");

	assert_int_equal(undo_before_attach(undo, v0), 0);
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	sh("ip link del v0");
	assert_int_equal(undo_before_detach(undo, v0), -ENODEV);
	assert_int_equal(undo_after_detach(undo, v0), 0);
	assert_true(file_exists());
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 0);
	assert_false(file_exists());
	/* a restore alone does it too */
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	sh("ip link del nic0");
	assert_int_equal(undo_restore(undo, 0), 0);
	assert_false(file_exists());
	undo_close(undo);
}

/* Killed while detaching, when the program was gone already: the next process has only the file. */
static void a_crash_leaves_what_it_takes_to_settle(void **state)
{
	struct undo *undo = open_undo();
	int noted;

	for (noted = 0; noted < 2; noted++) {
		model_init();
		assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
		driver_attaches();
		assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
		if (noted)
			assert_int_equal(undo_before_detach(undo, index_of("nic0")), 0);
		undo_close(undo);
		undo = open_undo();
		assert_int_equal(undo_after_detach(undo, 0), 0);
		assert_int_equal(model.rings, 4);
		assert_false(file_exists());
	}
	undo_close(undo);
}

/* What somebody changed after the crash is not what the attach left. */
static void what_was_changed_after_a_crash_stays(void **state)
{
	struct undo_entry feature = entry(UNDO_FEATURE, "v0", "rx-gro", "off", "on");
	struct undo_entry other = entry(UNDO_FEATURE, "v0", "tx-scatter-gather", "on", "off");
	struct undo *undo = open_undo();

	assert_int_equal(undo_before_attach(undo, index_of("v0")), 0);
	set_by_hand(&other, "off"); /* this one the driver changes */
	assert_int_equal(undo_after_attach(undo, index_of("v0")), 0);
	undo_close(undo);
	set_by_hand(&feature, "on");
	undo = open_undo();
	assert_int_equal(undo_after_detach(undo, index_of("v0")), 0);
	assert_value(undo, &feature, "on");
	assert_value(undo, &other, "on");
	assert_int_equal(outcomes[UNDO_LEFT_ALONE], 1);
	assert_false(file_exists());
	undo_close(undo);
}

/* The key of nic0 was changed by the driver, and cannot be put back: twice. */
static struct undo *with_a_stuck_key(void)
{
	struct undo *undo = open_undo();
	int i;

	model_init();
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	model.key[0] = 0xff;
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
	model.stuck = true;
	for (i = 1; i <= 2; i++) {
		assert_int_equal(undo_after_detach(undo, index_of("nic0")), 1);
		assert_int_equal(outcomes[UNDO_FAILED], i);
		undo_close(undo);
		undo = open_undo();
	}
	assert_said("hash-key could not be put back");
	assert_said(state_file);
	return undo;
}

static void what_the_driver_changed_stays_written_down(void **state)
{
	struct undo *undo = with_a_stuck_key();

	/* steered again, with another key: what it was at first is what counts */
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
	model.stuck = false;
	assert_int_equal(undo_before_detach(undo, index_of("nic0")), 0);
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 0);
	assert_int_equal(model.key[0], 1);
	assert_false(file_exists());
	undo_close(undo);
}

static void what_was_changed_after_a_failure_stays(void **state)
{
	struct undo *undo = with_a_stuck_key();

	model.key[0] = 0xaa;
	model.stuck = false;
	assert_int_equal(undo_after_detach(undo, 0), 0);
	assert_int_equal(model.key[0], 0xaa);
	assert_int_equal(outcomes[UNDO_LEFT_ALONE], 1);
	assert_false(file_exists());
	undo_close(undo);
}

static void what_cannot_be_read_stays_written_down(void **state)
{
	struct undo *undo = open_undo();

	model_init();
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	model.key[0] = 0xff;
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
	model.refuses = model.refuses_then = EBUSY;
	assert_int_equal(undo_before_detach(undo, index_of("nic0")), 0);
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 3); /* table, key, function */
	assert_int_equal(outcomes[UNDO_FAILED], 3);
	assert_said("hash-key could not be read: Device or resource busy; what it was stays written");
	assert_true(file_exists());
	undo_close(undo);
	model.refuses = 0;
	undo = open_undo();
	assert_int_equal(undo_after_detach(undo, 0), 0);
	assert_int_equal(model.key[0], 1);
	assert_int_equal(outcomes[UNDO_LEFT_ALONE], 0);
	assert_false(file_exists());
	undo_close(undo);
}

/* Read again, it is another than the attach left: somebody set it meanwhile. */
static void what_was_changed_while_it_was_unread_stays(void **state)
{
	struct undo *undo = open_undo();

	model_init();
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	model.key[0] = 0xff;
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
	model.refuses = model.refuses_then = EBUSY;
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 3);
	model.refuses = 0;
	model.key[0] = 0xaa;
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 0);
	assert_int_equal(model.key[0], 0xaa);
	assert_int_equal(outcomes[UNDO_LEFT_ALONE], 1);
	undo_close(undo);
}

static void what_cannot_be_noted_is_not_attached(void **state)
{
	struct undo *undo = open_undo();

	model_init();
	model.refuses = EBUSY;
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), -EBUSY);
	assert_false(file_exists());
	/* what a NIC does not have is no hindrance */
	model.refuses = EOPNOTSUPP;
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	model.refuses = EBUSY;
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), -EBUSY);
	undo_close(undo);
}

/* Left of an earlier attachment, and just when the next begins the NIC says that it has none. */
static void what_a_new_attach_does_not_see_stays_written_down(void **state)
{
	struct undo *undo = open_undo();

	model_init();
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	model.key[0] = 0xff;
	assert_int_equal(undo_after_attach(undo, index_of("nic0")), 0);
	model.refuses = EBUSY;
	model.refuses_then = EOPNOTSUPP;
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	assert_int_equal(model.refuses, EOPNOTSUPP);
	model.refuses = 0;
	assert_int_equal(undo_after_detach(undo, index_of("nic0")), 0);
	assert_int_equal(model.key[0], 1);
	assert_false(file_exists());
	undo_close(undo);
}

static void unfinished_files_are_removed(void **state)
{
	struct undo_entry mask = rps("v0", "0", "3");
	struct undo *undo;

	sh("mkdir -m 700 %s && echo half >%s.new", dir, state_file);
	undo = open_undo();
	sh("! test -e %s.new", state_file);
	sh("echo half >%s.new", state_file);
	undo_close(undo);
	undo = open_undo();
	assert_int_equal(undo_set(undo, &mask), 0);
	assert_int_equal(undo_restore(undo, 0), 0);
	sh("! ls %s/s.json* 2>/dev/null", dir);
	undo_close(undo);
}

static void interfaces_are_listed_once(void **state)
{
	struct undo_entry one = rps("v0", "0", "3");
	struct undo_entry two = entry(UNDO_QUEUE, "v0", "rx-1/rps_cpus", "0", "1");
	struct undo_entry sysctl = entry(UNDO_SYSCTL, "", "net/ipv4/ip_forward", "0", "1");
	struct undo *undo = open_undo();
	int *list;

	assert_int_equal(undo_interfaces(undo, &list), 0);
	free(list);
	assert_int_equal(undo_before_attach(undo, index_of("nic0")), 0);
	assert_int_equal(undo_record(undo, &one), 0);
	assert_int_equal(undo_record(undo, &two), 0);
	assert_int_equal(undo_record(undo, &sysctl), 0);
	assert_int_equal(undo_before_attach(undo, index_of("v0")), 0);
	assert_int_equal(undo_interfaces(undo, &list), 3);
	assert_int_equal(list[0], 0);
	assert_true(list[1] < list[2]);
	assert_int_equal(list[1] + list[2], index_of("v0") + index_of("nic0"));
	free(list);
	undo_close(undo);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(changes_are_made_and_put_back),
		test(files_are_roots_alone),
		test(strangers_files_are_refused),
		test(damaged_files_change_nothing),
		test(cut_files_are_refused),
		test(killed_anywhere_is_put_back),
		test(what_cannot_be_written_down_is_not_changed),
		test(what_fails_is_not_recorded),
		test(the_operators_value_stays),
		test(the_first_old_value_stays),
		test(one_interface_is_put_back),
		test(renamed_interfaces_are_found),
		test(what_went_to_another_namespace_is_told),
		test(another_interface_of_that_index_is_not_touched),
		test(recreated_interfaces_are_not_touched),
		test(vanished_queues_are_forgotten),
		test(what_cannot_be_put_back_stays_written_down),
		test(hash_settings_are_put_back),
		test(a_configured_table_is_put_back_as_one),
		test(what_the_driver_changed_is_put_back),
		test(what_the_driver_left_is_not_mentioned),
		test(what_the_operator_changed_meanwhile_stays),
		test(an_old_attachment_is_settled_first),
		test(attachments_of_lost_interfaces_are_forgotten),
		test(a_crash_leaves_what_it_takes_to_settle),
		test(what_was_changed_after_a_crash_stays),
		test(what_the_driver_changed_stays_written_down),
		test(what_was_changed_after_a_failure_stays),
		test(what_cannot_be_read_stays_written_down),
		test(what_was_changed_while_it_was_unread_stays),
		test(what_cannot_be_noted_is_not_attached),
		test(what_a_new_attach_does_not_see_stays_written_down),
		test(unfinished_files_are_removed),
		test(interfaces_are_listed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
