// SPDX-License-Identifier: GPL-2.0-only
/* The file that outlives us: read with suspicion, written whole or not at all. */
#include "steer/undo_impl.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host/file.h"
#include "sas/root_dir.h"

/* The largest real file: a few NICs with tables of 4,096 entries. */
#define MAX_FILE (16 << 20)

struct json_object *undo_changes(const struct undo *undo)
{
	return json_object_object_get(undo->state, "changes");
}

struct json_object *undo_attached(const struct undo *undo)
{
	return json_object_object_get(undo->state, "attached");
}

const char *undo_text(struct json_object *item, const char *key)
{
	return json_object_get_string(json_object_object_get(item, key));
}

int undo_number(struct json_object *item, const char *key)
{
	return json_object_get_int(json_object_object_get(item, key));
}

enum undo_kind undo_kind_of(struct json_object *item)
{
	return knob_kind_of(undo_text(item, "kind"));
}

static bool is_text(struct json_object *item, const char *key, size_t max)
{
	struct json_object *value = json_object_object_get(item, key);

	return json_object_is_type(value, json_type_string) &&
	       (size_t)json_object_get_string_len(value) <= max &&
	       strlen(json_object_get_string(value)) == (size_t)json_object_get_string_len(value);
}

static bool is_knob(struct json_object *item)
{
	if (!json_object_is_type(item, json_type_object) || !is_text(item, "kind", 32) ||
	    !is_text(item, "knob", UNDO_KNOB_LEN - 1))
		return false;
	return knob_valid(undo_kind_of(item), undo_text(item, "knob"));
}

static bool is_interface(struct json_object *item)
{
	struct json_object *ifindex = json_object_object_get(item, "ifindex");

	return json_object_is_type(item, json_type_object) &&
	       is_text(item, "interface", IFNAMSIZ - 1) && is_text(item, "mac", 3 * LINK_MAC_LEN) &&
	       json_object_is_type(ifindex, json_type_int) && json_object_get_int64(ifindex) >= 0 &&
	       json_object_get_int64(ifindex) <= INT_MAX;
}

static bool is_change(struct json_object *item)
{
	if (!is_interface(item) || !is_knob(item))
		return false;
	if (!undo_number(item, "ifindex") && undo_kind_of(item) != UNDO_SYSCTL)
		return false;
	return is_text(item, "old", MAX_FILE) && is_text(item, "new", MAX_FILE) &&
	       is_text(item, "reason", MAX_FILE);
}

/* OPTIONAL: may be missing. */
static bool are_knobs(struct json_object *item, const char *key, bool values, bool optional)
{
	struct json_object *list = json_object_object_get(item, key), *knob;
	size_t i;

	if (!list)
		return optional;
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(list); i++) {
		knob = json_object_array_get_idx(list, i);
		if (!is_knob(knob) || (values && !is_text(knob, "value", MAX_FILE)))
			return false;
	}
	return true;
}

static bool is_attached(struct json_object *item)
{
	return is_interface(item) && undo_number(item, "ifindex") &&
	       are_knobs(item, "before", true, false) && are_knobs(item, "after", true, true) &&
	       are_knobs(item, "keep", false, true);
}

static bool all_are(struct json_object *list, bool (*is)(struct json_object *))
{
	size_t i;

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(list); i++)
		if (!is(json_object_array_get_idx(list, i)))
			return false;
	return true;
}

/* What is wrong with it, or NULL. */
static const char *fault_of(const struct undo *undo)
{
	struct json_object *version = json_object_object_get(undo->state, "version");

	if (!json_object_is_type(undo->state, json_type_object))
		return "no JSON object";
	if (!json_object_is_type(version, json_type_int) || json_object_get_int(version) != 1)
		return "not of version 1";
	if (!all_are(undo_changes(undo), is_change))
		return "a change that we would not have written";
	if (!all_are(undo_attached(undo), is_attached))
		return "an attachment that we would not have written";
	return NULL;
}

static struct json_object *state_new(void)
{
	struct json_object *state = json_object_new_object();

	if (state && undo_item_add(state, "version", json_object_new_int(1)) &&
	    undo_item_add(state, "changes", json_object_new_array()) &&
	    undo_item_add(state, "attached", json_object_new_array()))
		return state;
	json_object_put(state);
	return NULL;
}

static struct json_object *parse(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *state;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	state = json_tokener_parse_ex(tokener, text, len);
	if (json_tokener_get_error(tokener) != json_tokener_success) {
		json_object_put(state);
		state = NULL;
	}
	json_tokener_free(tokener);
	return state;
}

static int read_whole(int fd, size_t size, char **out)
{
	char *text = malloc(size + 1);
	size_t used = 0;
	ssize_t n = 1;

	if (!text)
		return -ENOMEM;
	while (used < size && n) {
		n = read(fd, text + used, size - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			n = -errno;
			free(text);
			return n;
		}
		used += n;
	}
	text[used] = 0;
	*out = text;
	return used;
}

static bool owned_by_root(const struct stat *st)
{
	return !st->st_uid && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* A descriptor of the file, -ENOENT if there is none yet. */
static int open_file(const struct undo *undo, size_t *size)
{
	struct stat st;
	int fd;

	fd = openat(undo->dir, undo->file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || !owned_by_root(&st) || st.st_nlink > 1) {
		close(fd);
		return -EPERM;
	}
	if (st.st_size > MAX_FILE) {
		close(fd);
		return -EFBIG;
	}
	*size = st.st_size;
	return fd;
}

static int load_state(struct undo *undo, char *why, size_t len)
{
	const char *fault;
	char *text = NULL;
	size_t size = 0;
	int fd, n;

	fd = open_file(undo, &size);
	if (fd == -ENOENT) {
		undo->state = state_new();
		return undo->state ? 0 : -ENOMEM;
	}
	if (fd < 0)
		return fd;
	n = read_whole(fd, size, &text);
	close(fd);
	if (n < 0)
		return n;
	undo->state = parse(text, n);
	free(text);
	fault = fault_of(undo);
	if (!fault)
		return 0;
	snprintf(why, len,
		 "%s/%s is damaged (%s); put back by hand what it names (old values), then "
		 "delete it",
		 undo->dir_name, undo->file, fault);
	return -EBADMSG;
}

static int open_dir(const char *name)
{
	if (mkdir(name, 0700) && errno != EEXIST)
		return -errno;
	return root_dir_open(AT_FDCWD, name);
}

/* The file is written under this name, and gets its own when it is whole. */
static int unfinished_name(const struct undo *undo, char name[NAME_MAX + 1])
{
	int n = snprintf(name, NAME_MAX + 1, "%s.new", undo->file);

	return n > NAME_MAX ? -ENAMETOOLONG : 0;
}

/* Whoever wrote it died half way: we hold the lock. */
static int drop_unfinished(const struct undo *undo)
{
	char name[NAME_MAX + 1];
	int err = unfinished_name(undo, name);

	if (!err && unlinkat(undo->dir, name, 0) && errno != ENOENT)
		err = -errno;
	return err;
}

int undo_file_load(struct undo *undo, char *why, size_t len)
{
	int err;

	undo->dir = open_dir(undo->dir_name);
	if (undo->dir == -EPERM)
		snprintf(why, len,
			 "%s is not a directory that root alone can write; see who made it, then "
			 "delete it",
			 undo->dir_name);
	else if (undo->dir < 0)
		snprintf(why, len, "%s: %s; make this directory", undo->dir_name,
			 strerror(-undo->dir));
	if (undo->dir < 0)
		return undo->dir;
	why[0] = 0;
	err = drop_unfinished(undo);
	if (!err)
		err = load_state(undo, why, len);
	if (!err || why[0])
		return err;
	if (err == -EPERM || err == -ELOOP)
		snprintf(why, len,
			 "%s/%s is not a plain file that root alone can write; see who made it, "
			 "then delete it",
			 undo->dir_name, undo->file);
	else
		snprintf(why, len, "%s/%s: %s; see what is wrong with it", undo->dir_name,
			 undo->file, strerror(-err));
	return err;
}

static int write_file(const struct undo *undo, const char *name)
{
	const char *text = json_object_to_json_string_ext(undo->state, JSON_C_TO_STRING_PRETTY);
	FILE *file = text ? file_create(undo->dir, name, 0600) : NULL;

	if (!file)
		return text ? -errno : -ENOMEM;
	(void)fputs(text, file);
	return file_close_as(file, undo->dir, name, undo->file, true);
}

int undo_file_save(struct undo *undo)
{
	char temporary[NAME_MAX + 1];
	int err;

	if (!json_object_array_length(undo_changes(undo)) &&
	    !json_object_array_length(undo_attached(undo))) {
		if (unlinkat(undo->dir, undo->file, 0) && errno != ENOENT)
			return -errno;
		return 0;
	}
	err = unfinished_name(undo, temporary);
	return err ? err : write_file(undo, temporary);
}

struct json_object *undo_item_new(const struct link *link)
{
	struct json_object *item = json_object_new_object();
	char mac[3 * LINK_MAC_LEN + 1] = "";
	int i;

	for (i = 0; i < link->mac_len; i++)
		sprintf(mac + (i ? i * 3 - 1 : 0), i ? ":%02x" : "%02x", link->mac[i]);
	if (item && undo_item_add(item, "interface", json_object_new_string(link->name)) &&
	    undo_item_add(item, "ifindex", json_object_new_int(link->ifindex)) &&
	    undo_item_add(item, "mac", json_object_new_string(mac)))
		return item;
	json_object_put(item);
	return NULL;
}

bool undo_item_add(struct json_object *item, const char *key, struct json_object *value)
{
	if (!value)
		return false;
	if (json_object_object_add(item, key, value)) {
		json_object_put(value);
		return false;
	}
	return true;
}

int undo_item_link(struct json_object *item, struct link *out)
{
	struct json_object *now;
	bool same;
	int err;

	err = link_get_index(undo_number(item, "ifindex"), out);
	if (err)
		return err;
	now = undo_item_new(out);
	if (!now)
		return -ENOMEM;
	same = !strcmp(undo_text(now, "interface"), undo_text(item, "interface")) ||
	       (out->mac_len && !strcmp(undo_text(now, "mac"), undo_text(item, "mac")));
	json_object_put(now);
	return same ? 0 : -ENODEV;
}

static uint8_t parse_mac(const char *text, uint8_t mac[LINK_MAC_LEN])
{
	unsigned int byte;
	uint8_t n = 0;

	while (n < LINK_MAC_LEN && sscanf(text, "%2x", &byte) == 1) {
		mac[n++] = (uint8_t)byte;
		text = strchr(text, ':');
		if (!text)
			break;
		text++;
	}
	return n;
}

bool undo_item_moved(struct json_object *item)
{
	uint8_t mac[LINK_MAC_LEN];
	uint8_t len = parse_mac(undo_text(item, "mac"), mac);
	struct link link;

	return len && !link_get_elsewhere(undo_text(item, "interface"), mac, len, &link);
}

/* What the file holds may hold anything, and a line is one line. */
static void make_plain(char *line)
{
	for (; *line; line++)
		if (iscntrl((unsigned char)*line))
			*line = '?';
}

void undo_say(struct undo *undo, enum undo_outcome outcome, const char *fmt, ...)
{
	char *line = NULL;
	va_list ap;

	if (!undo->say)
		return;
	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) >= 0) {
		make_plain(line);
		undo->say(undo->ctx, outcome, line);
		free(line);
	}
	va_end(ap);
}
