// SPDX-License-Identifier: GPL-2.0-only
/* attach OBJECT DIR: loads a BPF object, attaches the programs that name where they belong
 * (bpftool 7.1 cannot), and pins maps, links and the other programs in DIR, a new one in bpffs. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int pin_program(struct bpf_program *program, const char *dir)
{
	bool by_itself = bpf_program__type(program) == BPF_PROG_TYPE_TRACING;
	struct bpf_link *link;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, bpf_program__name(program));
	if (!by_itself)
		return bpf_program__pin(program, path);
	link = bpf_program__attach(program);
	if (!link)
		return -errno;
	return bpf_link__pin(link, path);
}

static int load_and_pin(struct bpf_object *object, const char *dir)
{
	struct bpf_program *program = NULL;
	int err;

	err = bpf_object__load(object);
	if (err)
		return err;
	if (mkdir(dir, 0700))
		return -errno;
	err = bpf_object__pin_maps(object, dir);
	if (err)
		return err;
	while ((program = bpf_object__next_program(object, program))) {
		err = pin_program(program, dir);
		if (err)
			return err;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	int err;

	if (argc != 3) {
		fprintf(stderr, "usage: attach OBJECT DIR\n");
		return 2;
	}
	object = bpf_object__open_file(argv[1], NULL);
	err = object ? load_and_pin(object, argv[2]) : -errno;
	if (err)
		fprintf(stderr, "attach %s to %s: %s\n", argv[1], argv[2], strerror(-err));
	bpf_object__close(object);
	return err ? 1 : 0;
}
