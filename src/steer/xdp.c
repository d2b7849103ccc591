// SPDX-License-Identifier: GPL-2.0-only
// Our steering program on an interface: attaches, pins, replaces and finds it.
#include "steer/xdp.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <unistd.h>
#include "steer/unseen.h"

#define PIN_LINK    "link"
#define PIN_PROGRAM "program"

static int attach_over(const struct pins *pins, const struct program_target *target, int program)
{
	int link = pins_get_interface(pins, target->ifindex, PIN_LINK);
	int err = 0;

	if (link < 0)
		return link;
	if (bpf_link_update(link, program, NULL) < 0)
		err = -errno;
	close(link);
	return err ? err : pins_put_interface(pins, target->ifindex, PIN_PROGRAM, program);
}

int xdp_attach(const struct maps *maps, const struct program_target *target,
		   struct xdp_link *link, char *log, size_t size)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	int err = 0;

	*link = (struct xdp_link){.link = -1};
	link->program = program_load_steer(maps, target, log, size);
	if (link->program < 0)
		return link->program;
	link->link = bpf_link_create(link->program, target->ifindex, BPF_XDP, &opts);
	if (link->link < 0) {
		err = -errno;
		xdp_close(link, false);
	}
	return err;
}

int xdp_pin(const struct pins *pins, unsigned int ifindex, const struct xdp_link *link)
{
	int err = pins_create_interface(pins, ifindex);

	if (!err)
		err = pins_put_interface(pins, ifindex, PIN_LINK, link->link);
	if (!err)
		err = pins_put_interface(pins, ifindex, PIN_PROGRAM, link->program);
	if (err)
		pins_remove_interface(pins, ifindex);
	return err;
}

void xdp_close(struct xdp_link *link, bool detach)
{
	if (link->link >= 0 && detach)
		(void)bpf_link_detach(link->link);
	if (link->link >= 0)
		close(link->link);
	if (link->program >= 0)
		close(link->program);
	link->link = link->program = -1;
}

int xdp_replace(const struct maps *maps, const struct pins *pins,
		    const struct program_target *target, char *log, size_t size)
{
	int program = program_load_steer(maps, target, log, size);
	int err;

	if (program < 0)
		return program;
	err = attach_over(pins, target, program);
	close(program);
	return err;
}

int xdp_detach(const struct pins *pins, unsigned int ifindex)
{
	int link = pins_get_interface(pins, ifindex, PIN_LINK), err = 0;

	if (link < 0)
		return link == -ENOENT ? 0 : link;
	if (bpf_link_detach(link) < 0)
		err = -errno;
	close(link);
	return err;
}

int xdp_attached(const struct pins *pins, unsigned int ifindex, __u32 *id)
{
	struct bpf_link_info info = {0};
	__u32 size = sizeof(info);
	int link = pins_get_interface(pins, ifindex, PIN_LINK);
	int err = 0;

	if (link < 0)
		return link;
	if (bpf_obj_get_info_by_fd(link, &info, &size) < 0)
		err = -errno;
	else if (info.type != BPF_LINK_TYPE_XDP)
		err = -EPROTO;
	else if (info.xdp.ifindex != ifindex)
		err = -ENODEV;
	*id = info.prog_id;
	close(link);
	return err;
}

unsigned int xdp_here(const struct pins *there, unsigned int ifindex)
{
	int link = pins_get_interface(there, ifindex, PIN_LINK);
	struct bpf_link_info info = {0};
	__u32 size = sizeof(info);
	bool here;

	if (link < 0)
		return 0;
	here = !bpf_obj_get_info_by_fd(link, &info, &size) && info.type == BPF_LINK_TYPE_XDP &&
	       info.xdp.ifindex && unseen_program(info.xdp.ifindex) == info.prog_id;
	close(link);
	return here ? info.xdp.ifindex : 0;
}

bool xdp_is_off(const struct pins *pins, unsigned int ifindex)
{
	int link = pins_get_interface(pins, ifindex, PIN_LINK);
	struct bpf_link_info info = {0};
	__u32 size = sizeof(info);
	bool off;

	if (link < 0)
		return link == -ENOENT;
	off = !bpf_obj_get_info_by_fd(link, &info, &size) && info.type == BPF_LINK_TYPE_XDP &&
	      !info.xdp.ifindex;
	close(link);
	return off;
}

__u32 xdp_ours(unsigned int ifindex)
{
	char why[PINS_WHY_LEN];
	struct pins pins;
	__u32 id = 0;

	if (pins_find(&pins, false, why, sizeof(why)) || xdp_attached(&pins, ifindex, &id))
		id = unseen_program(ifindex);
	pins_close(&pins);
	return id;
}
