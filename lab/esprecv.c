// SPDX-License-Identifier: GPL-2.0-only
/* Receives what the generator sent: attaches to a device's ingress, waits, reports. */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "cli/tool.h"
#include "report.h"
#include "text/number.h"
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual" /* bpftool 7.1 casts a const away */
#include "esprecv.skel.h"
#pragma GCC diagnostic pop

#define CPUS_MAX 1024

struct options {
	const char *device;
	uint64_t spi, sas, senders, window, port, work, ready;
	__u64 work_cpu[CPUS_MAX]; /* ns + 1; 0: as the others */
	bool drop, pass, count, json;
};

struct attachment {
	struct bpf_tc_hook hook;
	struct bpf_tc_opts filter;
	bool made, attached; /* made: the clsact is ours */
};

static bool parse_work(void *config, const char *text)
{
	const char *colon = strchr(text, ':');
	struct options *o = config;
	uint64_t cpu, ns;
	char number[8];

	if (!colon || colon - text >= (ptrdiff_t)sizeof(number))
		return false;
	snprintf(number, sizeof(number), "%.*s", (int)(colon - text), text);
	if (!number_unsigned(number, 0, CPUS_MAX - 1, &cpu) ||
	    !number_large(colon + 1, 0, 1000000000, &ns))
		return false;
	o->work_cpu[cpu] = ns + 1;
	return true;
}

#define AT(member) .offset = offsetof(struct options, member)

static const struct option_row rows[] = {
	{"dev", "NAME", OPTION_STRING, AT(device), .help = "receive on this device (eb)"},
	{"spi", "FIRST", OPTION_LARGE, AT(spi), .least = 1, .most = UINT32_MAX,
	 .help = "only SAs with SPIs from here on: faster, but whatever their address"},
	{"sas", "N", OPTION_LARGE, AT(sas), .least = 1, .most = 65536,
	 .help = "room for so many SAs"},
	{"senders", "N", OPTION_LARGE, AT(senders), .least = 1, .most = 64,
	 .help = "senders told apart"},
	{"window", "W", OPTION_LARGE, AT(window), .least = 1, .most = 1U << 30,
	 .help = "replay window"},
	{"port", "N", OPTION_LARGE, AT(port), .least = 1, .most = 65535,
	 .help = "UDP port of ESP in UDP"},
	{"work", "NS", OPTION_LARGE, AT(work), .most = 1000000000,
	 .help = "time to spend on a packet of an SA"},
	{"work-cpu", "CPU:NS", OPTION_CALL, .call = parse_work, .help = "the same, for one CPU"},
	{"drop", NULL, OPTION_FLAG, AT(drop), .help = "drop what was counted (as it does)"},
	{"pass", NULL, OPTION_FLAG, AT(pass), .help = "let it go on to the stack"},
	{"count", NULL, OPTION_FLAG, AT(count),
	 .help = "only count, by CPU: what is kept of thousands of SAs fills the caches"},
	{"ready-fd", "N", OPTION_LARGE, AT(ready), .least = 1, .most = 1023,
	 .help = "where to say \"ready\""},
	{"json", NULL, OPTION_FLAG, AT(json), .help = "print the result as JSON"},
	{0},
};

static void configure(struct esprecv_bpf *skeleton, const struct esprecv_config *config)
{
	memcpy(&skeleton->rodata->config, config, sizeof(*config));
	bpf_map__set_max_entries(skeleton->maps.work, libbpf_num_possible_cpus());
	bpf_map__set_max_entries(skeleton->maps.indices, config->first_spi ? 1 : config->sas);
	bpf_map__set_max_entries(skeleton->maps.sas, config->room);
	bpf_map__set_max_entries(skeleton->maps.sa_packets, config->room);
	bpf_map__set_max_entries(skeleton->maps.orders, config->room * config->senders);
}

static int set_work(const struct esprecv_bpf *skeleton, const struct options *o)
{
	int err = 0;

	for (int cpu = 0; cpu < libbpf_num_possible_cpus() && cpu < CPUS_MAX && !err; cpu++) {
		__u64 ns = o->work_cpu[cpu] ? o->work_cpu[cpu] - 1 : o->work;

		err = bpf_map__update_elem(skeleton->maps.work, &cpu, sizeof(cpu), &ns, sizeof(ns),
					   BPF_ANY);
	}
	return err;
}

static int attach(struct attachment *a, const struct esprecv_bpf *skeleton, int device)
{
	int err;

	a->hook = (struct bpf_tc_hook){
		.sz = sizeof(a->hook), .ifindex = device, .attach_point = BPF_TC_INGRESS};
	a->filter = (struct bpf_tc_opts){.sz = sizeof(a->filter),
					 .prog_fd = bpf_program__fd(skeleton->progs.esprecv)};
	err = bpf_tc_hook_create(&a->hook);
	if (err && err != -EEXIST)
		return err;
	a->made = !err;
	err = bpf_tc_attach(&a->hook, &a->filter);
	a->attached = !err;
	return err;
}

static void detach(struct attachment *a)
{
	/* The kernel wants these three empty. */
	a->filter.prog_fd = a->filter.prog_id = a->filter.flags = 0;
	if (a->attached)
		bpf_tc_detach(&a->hook, &a->filter);
	if (!a->made)
		return;
	/* Both directions: this removes the clsact itself. */
	a->hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	bpf_tc_hook_destroy(&a->hook);
}

/* stdin, whose end ends us, if somebody holds its other end now; else -1. */
static int watched_stdin(void)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	struct stat status;

	if (fstat(STDIN_FILENO, &status) || !(S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))
		return -1;
	return poll(&p, 1, 0) == 0 ? STDIN_FILENO : -1;
}

static int signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool stdin_ended(void)
{
	char discarded[256];

	return read(STDIN_FILENO, discarded, sizeof(discarded)) <= 0;
}

/* Waits for the end; reports in between on SIGUSR1. */
static int wait_for_end(int signal_fd, int end_fd, const struct esprecv_bpf *skeleton,
			const struct esprecv_config *config, bool json)
{
	struct pollfd p[2] = {{.fd = signal_fd, .events = POLLIN},
			      {.fd = end_fd, .events = POLLIN}};
	struct signalfd_siginfo info;
	int err = 0;

	while (!err && poll(p, 2, -1) >= 0) {
		if (p[1].revents && stdin_ended())
			break;
		if (!p[0].revents || read(signal_fd, &info, sizeof(info)) != sizeof(info))
			continue;
		if (info.ssi_signo != SIGUSR1)
			break;
		err = report_print(skeleton, config, json);
	}
	return err;
}

static int receive(struct esprecv_bpf *skeleton, const struct options *o,
		   const struct esprecv_config *config, int device)
{
	int signal_fd = signals(), err = signal_fd < 0 ? -errno : 0;
	int end_fd = watched_stdin();
	struct attachment a = {};

	err = err ?: esprecv_bpf__load(skeleton) ?: set_work(skeleton, o);
	err = err ?: attach(&a, skeleton, device);
	if (!err) {
		dprintf((int)o->ready, "ready\n");
		err = wait_for_end(signal_fd, end_fd, skeleton, config, o->json);
	}
	detach(&a);
	return err ?: report_print(skeleton, config, o->json);
}

__attribute__((format(printf, 2, 0))) static int quiet(enum libbpf_print_level level,
						       const char *format, va_list arguments)
{
	/* That a clsact is there is no error here. */
	if (level != LIBBPF_WARN || strstr(format, "Kernel error message"))
		return 0;
	return vfprintf(stderr, format, arguments);
}

int main(int argc, char **argv)
{
	struct options o = {
		.device = "eb", .sas = 1024, .senders = 8, .window = 64, .port = 4500, .ready = 1};
	struct esprecv_config config;
	struct esprecv_bpf *skeleton;
	int device, err;

	err = tool_options(rows, "Counts and judges IPsec packets at a device's ingress.", argc,
			   argv, &o);
	if (err)
		return err < 0 ? 2 : 0;
	device = if_nametoindex(o.device);
	if (!device || (o.drop && o.pass)) {
		fprintf(stderr,
			device ? "esprecv: --drop: not together with --pass\n"
			       : "esprecv: --dev: no such device in this network namespace\n");
		return 2;
	}
	config = (struct esprecv_config){o.spi,	 o.sas,	  o.senders, o.window,
					 o.port, !o.pass, o.count,   0};
	config.room = o.sas + libbpf_num_possible_cpus();
	libbpf_set_print(quiet);
	skeleton = esprecv_bpf__open();
	if (skeleton)
		configure(skeleton, &config);
	err = skeleton ? receive(skeleton, &o, &config, device) : -errno;
	esprecv_bpf__destroy(skeleton);
	if (err)
		fprintf(stderr, "esprecv: receiving on %s: %s\n", o.device, strerror(-err));
	return err ? 1 : 0;
}
