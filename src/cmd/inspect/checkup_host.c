// SPDX-License-Identifier: GPL-2.0-only
// Of the check-up: what of this host steering needs, and what disturbs it.
#include "cmd/inspect/checkup.h"

#include <cap-ng.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "cli/wait.h"
#include "client/snapshot_now.h"
#include "nic/irqs.h"
#include "nic/xfrm_stat.h"
#include "sas/bpffs.h"
#include "steer/method.h"

#define CRYPTO	  "/proc/crypto"
#define XFRM_STAT "/proc/net/xfrm_stat"

/* What it lacks, or would not tell, has a line each; what it has needs none. */
static void check_kernel(struct checkup *c)
{
	struct utsname name;
	unsigned int has = 0;

	kernel_probe(&c->kernel);
	for (enum kernel_item i = 0; i < KERNEL_ITEMS; i++)
		has += c->kernel.item[i] == KERNEL_HAS;
	if (uname(&name))
		snprintf(name.release, sizeof(name.release), "unknown");
	checkup_add(c, "kernel", NULL, "Linux %s has %u of the %d things that it was asked for",
		    name.release, has, KERNEL_ITEMS);
	for (enum kernel_item i = 0; i < KERNEL_ITEMS; i++) {
		if (c->kernel.item[i] == KERNEL_HAS)
			continue;
		checkup_add(c, "kernel", kernel_item_name(i), "%s",
			    kernel_sentence(i, c->kernel.item[i]));
		if (c->kernel.item[i] == KERNEL_LACKS && kernel_item_needed(i))
			checkup_todo(c, "a newer kernel; until then 'espalier run --method %s'",
				     method_on_any_driver());
		else if (c->kernel.item[i] == KERNEL_LACKS && i == KERNEL_XFRM)
			checkup_todo(c, "a kernel with IPsec; SAs of user space: --sas or --learn");
	}
}

static void check_cpus(struct checkup *c)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	checkup_add(c, "CPUs", NULL, "%ld are online", cpus);
	if (cpus == 1)
		checkup_todo(c, "there is nothing to spread IPsec over: give this machine more CPUs");
}

static void check_bpffs(struct checkup *c)
{
	int fd = bpffs_open(BPFFS);

	if (fd >= 0) {
		checkup_add(c, "bpffs", NULL, "mounted at " BPFFS);
		if (!bpffs_keeps_names(fd))
			checkup_todo(c, "others than root may write it: mount -o remount,mode=0700 " BPFFS);
		close(fd);
		return;
	}
	checkup_add(c, "bpffs", NULL, "not mounted; 'espalier run' mounts it at " BPFFS "%s",
		    bpffs_mount_lasts() ? ""
					: ", where it lasts as long as this mount namespace");
	if (access(BPFFS, F_OK))
		checkup_todo(c, "there is no " BPFFS ": mount sysfs, or name another bpffs in "
				"ESPALIER_BPFFS");
}

static void check_capabilities(struct checkup *c)
{
	static const struct {
		unsigned int capability;
		const char *name;
	} needed[] = {
		{CAP_NET_ADMIN, "CAP_NET_ADMIN"}, {CAP_BPF, "CAP_BPF"},
		{CAP_PERFMON, "CAP_PERFMON"},	  {CAP_SYS_ADMIN, "CAP_SYS_ADMIN"},
		{CAP_SYS_NICE, "CAP_SYS_NICE"},
	};
	char lacks[128] = "";
	size_t n = 0;

	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_get_caps_process()) {
		checkup_add(c, "capabilities", NULL, "cannot be read");
		return;
	}
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (!capng_have_capability(CAPNG_EFFECTIVE, needed[i].capability))
			n += (size_t)snprintf(lacks + n, sizeof(lacks) - n, "%s%s", n ? ", " : "",
					      needed[i].name);
	checkup_add(c, "capabilities", NULL, "%s%s", n ? "lacks " : "all that steering needs", lacks);
	if (n)
		checkup_todo(c, "start a container with --privileged, or with --cap-add for each");
}

/* The first algorithm that pcrypt has taken over; false: there is none. */
static bool find_pcrypt(char *name, size_t size)
{
	FILE *file = fopen(CRYPTO, "re");
	bool found = false;
	char line[256];

	while (file && !found && fgets(line, sizeof(line), file)) {
		char *at = strstr(line, "pcrypt(");

		if (strncmp(line, "driver", 6) || !at)
			continue;
		snprintf(name, size, "%.*s", (int)strcspn(at, "\n"), at);
		found = true;
	}
	if (file)
		fclose(file);
	return found;
}

static void check_pcrypt(struct checkup *c)
{
	char name[128];

	if (!find_pcrypt(name, sizeof(name))) {
		checkup_add(c, "pcrypt", NULL, "not in use");
		return;
	}
	checkup_add(c, "pcrypt", NULL,
		    "%s is in " CRYPTO ": the kernel hands each packet to another CPU and back, "
		    "which undoes what steering gains",
		    name);
	checkup_todo(c, "take it out (crconf del driver \"%s\" type 3; modprobe -r pcrypt) and "
			"set the SAs up anew",
		     name);
}

static void check_irqbalance(struct checkup *c)
{
	if (nic_irqbalance_runs("/proc"))
		checkup_add(c, "irqbalance", NULL,
			    "runs, and may move interrupts; 'espalier run' follows them, unless "
			    "--cpus says where SAs go");
	else
		checkup_add(c, "irqbalance", NULL, "does not run: interrupts stay where they are");
}

void checkup_host(struct checkup *c)
{
	check_kernel(c);
	check_cpus(c);
	check_bpffs(c);
	check_capabilities(c);
	check_pcrypt(c);
	check_irqbalance(c);
}

/* What of ours happened since. */
static struct xfrm_meanwhile since(const struct snapshot *before)
{
	struct xfrm_meanwhile meanwhile = {0};
	struct snapshot now;

	if (snapshot_now("inspect", &now) == STATUS_DONE) {
		meanwhile.ring_drops = snapshot_drops(&now) > snapshot_drops(before);
		meanwhile.moves = now.moves.pending || before->moves.pending ||
				  now.moves.done != before->moves.done;
	}
	snapshot_free(&now);
	return meanwhile;
}

static void add_rising(struct checkup *c, const struct xfrm_stat_one *one, double seconds,
		       struct xfrm_meanwhile meanwhile)
{
	const char *means, *todo;

	xfrm_stat_words(one->name, meanwhile, &means, &todo);
	checkup_add(c, "errors", one->name, "rose by %llu in %.0f s: %s",
		    (unsigned long long)one->count, seconds, means ? means : "IPsec thrown away");
	checkup_todo(c, "%s", todo ? todo : "see Documentation/networking/xfrm_proc.rst");
}

/* Two readings some seconds apart: what rises goes wrong now, what stands still did once. */
void checkup_errors(struct checkup *c)
{
	struct xfrm_stat then, now;
	size_t rising = 0;
	double seconds;
	struct xfrm_meanwhile meanwhile;

	if (xfrm_stat_read(XFRM_STAT, &then)) {
		checkup_add(c, "errors", NULL,
			    "this kernel counts none (CONFIG_XFRM_STATISTICS): it cannot be told");
		return;
	}
	if (!c->seconds) {
		checkup_add(c, "errors", NULL, "not looked at: --measure 0");
		return;
	}
	seconds = wait_seconds(c->seconds, "counting errors");
	if (xfrm_stat_read(XFRM_STAT, &now))
		return;
	xfrm_stat_since(&now, &then);
	meanwhile = since(&c->snapshot);
	for (size_t i = 0; i < now.n; i++) {
		if (!now.one[i].count)
			continue;
		add_rising(c, &now.one[i], seconds, meanwhile);
		rising++;
	}
	if (!rising)
		checkup_add(c, "errors", NULL, "none of the kernel's XfrmIn counters rose in %.0f s",
			    seconds);
}
