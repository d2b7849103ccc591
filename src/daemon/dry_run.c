// SPDX-License-Identifier: GPL-2.0-only
// `run --dry-run`: what would be done, as far as it can be told without doing it.
#include "daemon/dry_run.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cli/say.h"
#include "client/beacon.h"
#include "client/find_pins.h"
#include "client/lock.h"
#include "daemon/dry_run_interfaces.h"
#include "daemon/roles.h"
#include "daemon/spread.h"
#include "host/cpuset.h"
#include "nic/cpulist.h"
#include "nic/netns.h"
#include "sad/kernel_sas.h"
#include "sad/sas_file.h"
#include "sas/bpffs.h"

static void print_list(struct out *out, const char *key, const cpu_set_t *cpus)
{
	out_array(out, key);
	cpuset_each (cpu, cpus)
		out_number(out, NULL, cpu);
	out_up(out);
}

static void print_cpus(struct out *out, const struct wanted_cpus *wanted,
		       const struct cpu_roles *roles)
{
	char cpus[CPULIST_LEN], sas[CPULIST_LEN], strays[CPULIST_LEN];

	cpulist_format(&wanted->cpus, cpus, sizeof(cpus));
	cpulist_format(&roles->sas, sas, sizeof(sas));
	cpulist_format(&roles->strays, strays, sizeof(strays));
	if (!out_is_json(out)) {
		if (*wanted->why)
			out_say(out, "CPUs %s: %s", cpus, wanted->why);
		out_say(out, "SAs on CPUs %s, strays on %s, IKE on %d", sas, strays, roles->ike);
		return;
	}
	out_object(out, "settings");
	print_list(out, "cpus", &roles->sas);
	out_string(out, "why", *wanted->why ? wanted->why : NULL);
	print_list(out, "stray_cpus", &roles->strays);
	out_number(out, "ike_cpu", roles->ike);
	out_up(out);
}

static int print_interfaces(const struct run_options *options, const struct cpu_roles *roles,
			    bool refused, struct out *out)
{
	struct sad_reading reading = {0};
	const struct dry_interfaces dry = {options, roles, &reading, refused};
	struct kernel_sas kernel;
	int err;

	if (!kernel_sas_open(&kernel)) /* without XFRM the rest can be told all the same */
		(void)kernel_sas_take(&kernel, &reading);
	kernel_sas_close(&kernel);
	err = dry_run_interfaces(&dry, out);
	sad_reading_free(&reading);
	return err;
}

/* Could bpffs be mounted? Tried in a mount namespace that nobody else sees. */
static int try_mount(char *why, size_t size)
{
	int status = 0;
	pid_t child = fork();

	if (!child) {
		int fd = unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)
				 ? -errno
				 : bpffs_mount();

		_exit(fd < 0 ? -fd : 0);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return -errno;
	if (!WIFEXITED(status) || !WEXITSTATUS(status))
		return 0;
	snprintf(why, size,
		 "bpffs is not mounted, and mounting it at " BPFFS " would fail: %s; mount it: mount "
		 "-t bpf -o mode=0700 bpf " BPFFS,
		 strerror(WEXITSTATUS(status)));
	return -WEXITSTATUS(status);
}

/* One daemon a network namespace. */
static int check_daemon(const struct run_options *options, char *why, size_t size)
{
	uint64_t cookie;
	pid_t holder = netns_id(&cookie) ? 0 : lock_holder(cookie);
	bool runs = holder > 0 || !beacon_see(&holder); /* where /run is another */

	if (!runs)
		return 0;
	snprintf(why, size,
		 "a daemon (pid %d) runs in this network namespace already; it takes any number of "
		 "interfaces; end it first",
		 (int)holder);
	return -EAGAIN;
}

/* What is steered already fixes the size of rings and table. */
static int check_fixed(const struct run_options *options, const struct pins *pins, char *why,
		       size_t size)
{
	struct maps maps;
	enum map bad;
	int err = 0;

	maps_init(&maps);
	if (pins_state(pins) != PINS_OURS || maps_open(&maps, pins, false, &bad))
		return 0;
	if ((options->ring_given && options->ring != maps.host->ring_frames) ||
	    (options->max_sas_given && options->max_sas != maps.host->max_sas)) {
		snprintf(why, size,
			 "what is steered already has rings of %u frames and a table for %u SAs; "
			 "run 'espalier stop' first",
			 maps.host->ring_frames, maps.host->max_sas);
		err = -EBUSY;
	}
	maps_close(&maps);
	return err;
}

static int check_pins(const struct run_options *options, char *why, size_t size)
{
	struct pins pins;
	int err = find_pins(&pins, why, size);

	if (err == -ENOENT)
		return try_mount(why, size);
	if (err)
		return err;
	err = check_fixed(options, &pins, why, size);
	pins_close(&pins);
	return err;
}

/* Nothing is made, only asked: the directory must be there, and root's, and writable. */
static int check_metrics(const struct run_options *options, char *why, size_t size)
{
	char path[PATH_MAX];
	struct stat dir;
	int err = 0;

	if (!options->metrics)
		return 0;
	snprintf(path, sizeof(path), "%s", options->metrics);
	if (stat(dirname(path), &dir) || access(path, W_OK))
		err = -errno;
	else if (!(dir.st_uid ? dir.st_mode & S_IWOTH : dir.st_mode & S_IWUSR))
		err = -EACCES;
	if (err)
		snprintf(why, size,
			 "--metrics %s: cannot write there: %s; the directory must be there, and "
			 "root's",
			 options->metrics, strerror(-err));
	return err;
}

static int check_sas(const struct run_options *options, char *why, size_t size)
{
	struct sas_error error;
	struct sa *sas = NULL;
	size_t count;
	int err = options->sas ? sas_file_read(options->sas, &sas, &count, &error) : 0;

	free(sas);
	if (err)
		snprintf(why, size, "--sas %s", error.text);
	return err;
}

/* All that stands in the way, said, and as JSON a list. 0 or the first negative errno. */
static int check_host(const struct run_options *options, struct out *out)
{
	int (*const checks[])(const struct run_options *, char *, size_t) = {
		check_daemon, check_pins, check_metrics, check_sas};
	char why[1024];
	int first = 0;

	if (out_is_json(out))
		out_array(out, "refused");
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		int err = checks[i](options, why, sizeof(why));

		if (!err)
			continue;
		first = first ? first : err;
		say_error("%s", why);
		if (out_is_json(out))
			out_string(out, NULL, why);
	}
	if (out_is_json(out))
		out_up(out);
	return first;
}

int dry_run(const struct run_options *options)
{
	struct out *out = out_new(stdout, options->json);
	struct wanted_cpus wanted;
	struct cpu_roles roles;
	cpu_set_t inner;
	int refused, err, bad;

	if (!out)
		return -ENOMEM;
	if (options->json)
		out_number(out, "version", 1);
	refused = check_host(options, out);
	err = roles_choose(0, options, NULL, &wanted, &roles);
	if (!err)
		err = spread_choose(options, &roles, &inner);
	if (!err)
		print_cpus(out, &wanted, &roles);
	if (!err)
		err = print_interfaces(options, &roles, refused, out);
	if (options->json) {
		out_array(out, "warnings");
		out_up(out);
	}
	if (err || refused)
		out_say(out, "'espalier run' would refuse.");
	bad = out_close(out);
	err = err ? err : refused;
	return err ? err : bad;
}
