/* SPDX-License-Identifier: GPL-2.0-only */
/* A terminal that is redrawn in place, its keys, and the signals meanwhile. */
#ifndef CMD_TOP_SCREEN_H
#define CMD_TOP_SCREEN_H

#include <signal.h>
#include <stdbool.h>
#include <termios.h>

struct top_screen {
	bool terminal, keys; /* stdout is one; and stdin */
	struct termios before;
	sigset_t blocked;
	int signals; /* signalfd */
	unsigned int rows, columns;
};

/* What keys that are no letters are in top_screen_wait(). */
#define TOP_KEY_UP   'k'
#define TOP_KEY_DOWN 'j'

enum top_event { TOP_TIME, TOP_KEY, TOP_RESIZED, TOP_END };

/* Takes the terminal over, if there is one; blocks the signals that end or resize. 0 or -errno. */
int top_screen_open(struct top_screen *screen);

/* Gives it back as it was. */
void top_screen_close(struct top_screen *screen);

/*
 * Draws text: as many lines and columns of it as there is room for, over what was there. Without a
 * terminal it is printed as it is.
 */
void top_screen_draw(const struct top_screen *screen, const char *text);

/* Waits: for a key, which is then in *key (0: one that means nothing); a signal; or so many
 * milliseconds. */
enum top_event top_screen_wait(struct top_screen *screen, int ms, char *key);

#endif
