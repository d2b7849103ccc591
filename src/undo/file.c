// SPDX-License-Identifier: GPL-2.0-only
// The file that outlives us: read with suspicion, written whole or not at all.
#include "undo/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host/file.h"
#include "sas/root_dir.h"
#include "text/because.h"

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
	if (st.st_size > UNDO_FILE_MAX) {
		close(fd);
		return -EFBIG;
	}
	*size = st.st_size;
	return fd;
}

/* -EBADMSG and @fault: it is not of the form that we write. */
static int load_state(struct undo *undo, const char **fault)
{
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
	*fault = undo_form_fault(undo);
	return *fault ? -EBADMSG : 0;
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
	const char *dir = undo->dir_name, *file = undo->file, *fault = NULL;
	int err;

	undo->dir = open_dir(dir);
	if (undo->dir == -EPERM)
		return because(-EPERM, why, len,
			       "%s is not a directory that root alone can write; see who made it, "
			       "then delete it",
			       dir);
	if (undo->dir < 0)
		return because(undo->dir, why, len, "%s: %s; make this directory", dir,
			       strerror(-undo->dir));
	err = drop_unfinished(undo);
	if (!err)
		err = load_state(undo, &fault);
	if (!err)
		return 0;
	if (fault)
		return because(err, why, len,
			       "%s/%s is damaged (%s); put back by hand what it names (old "
			       "values), then delete it",
			       dir, file, fault);
	if (err == -EPERM || err == -ELOOP)
		return because(err, why, len,
			       "%s/%s is not a plain file that root alone can write; see who made "
			       "it, then delete it",
			       dir, file);
	return because(err, why, len, "%s/%s: %s; see what is wrong with it", dir, file,
		       strerror(-err));
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
