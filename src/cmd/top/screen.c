// SPDX-License-Identifier: GPL-2.0-only
// A terminal that is redrawn in place.
#include "cmd/top/screen.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define ENTER	   "\033[?1049h\033[?25l" /* the other screen, no cursor */
#define LEAVE	   "\033[?25h\033[?1049l"
#define HOME	   "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_REST "\033[J"
#define PLAIN	   "\033[m"

enum { ROWS = 24, COLUMNS = 80 };

static void measure(struct top_screen *screen)
{
	struct winsize size = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
		size = (struct winsize){.ws_row = ROWS, .ws_col = COLUMNS};
	screen->rows = size.ws_row;
	screen->columns = size.ws_col;
}

static void take(struct top_screen *screen)
{
	struct termios raw = screen->before;

	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	if (screen->keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	if (screen->terminal)
		fputs(ENTER, stdout);
	fflush(stdout);
}

static void give_back(struct top_screen *screen)
{
	if (screen->terminal)
		fputs(LEAVE, stdout);
	fflush(stdout);
	if (screen->keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &screen->before);
}

int top_screen_open(struct top_screen *screen)
{
	*screen = (struct top_screen){.terminal = isatty(STDOUT_FILENO)};
	screen->keys = screen->terminal && !tcgetattr(STDIN_FILENO, &screen->before);
	sigemptyset(&screen->blocked);
	for (const int *signal =
		     (const int[]){SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, 0};
	     *signal; signal++)
		sigaddset(&screen->blocked, *signal);
	if (sigprocmask(SIG_BLOCK, &screen->blocked, NULL))
		return -errno;
	screen->signals = signalfd(-1, &screen->blocked, SFD_CLOEXEC);
	if (screen->signals < 0)
		return -errno;
	measure(screen);
	take(screen);
	return 0;
}

void top_screen_close(struct top_screen *screen)
{
	give_back(screen);
	close(screen->signals);
	sigprocmask(SIG_UNBLOCK, &screen->blocked, NULL);
}

/* The bytes of a line that fit: characters of UTF-8 count one, escape sequences nothing. */
static size_t fitting(const char *line, size_t length, unsigned int columns)
{
	unsigned int used = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c == '\033') {
			while (i < length && line[i] != 'm')
				i++;
			continue;
		}
		if ((c & 0xc0) == 0x80)
			continue;
		if (used++ == columns)
			return i;
	}
	return length;
}

void top_screen_draw(const struct top_screen *screen, const char *text)
{
	if (!screen->terminal) {
		fputs(text, stdout);
		fflush(stdout);
		return;
	}
	fputs(HOME, stdout);
	for (unsigned int row = 0; row < screen->rows && *text; row++) {
		size_t length = strcspn(text, "\n");

		/* No line end after the last row: the terminal would scroll. */
		printf("%s%.*s" PLAIN CLEAR_LINE, row ? "\n" : "",
		       (int)fitting(text, length, screen->columns), text);
		text += length + (text[length] == '\n');
	}
	fputs(CLEAR_REST, stdout);
	fflush(stdout);
}

/* Stopped by Ctrl-Z the terminal is the shell's; afterwards it is ours again. */
static void stop(struct top_screen *screen)
{
	give_back(screen);
	raise(SIGSTOP);
	measure(screen);
	take(screen);
}

static enum top_event take_signal(struct top_screen *screen)
{
	struct signalfd_siginfo info;

	if (read(screen->signals, &info, sizeof(info)) != sizeof(info))
		return TOP_END;
	if (info.ssi_signo == SIGTSTP)
		stop(screen);
	else if (info.ssi_signo != SIGWINCH)
		return TOP_END;
	measure(screen);
	return TOP_RESIZED;
}

/* Cursor keys come as an escape sequence, in one piece. */
static enum top_event take_key(char *key)
{
	char sequence[2] = "";

	if (read(STDIN_FILENO, key, 1) != 1)
		return TOP_END;
	if (*key != '\033')
		return TOP_KEY;
	*key = 0;
	if (read(STDIN_FILENO, sequence, 2) == 2 && strchr("[O", sequence[0]))
		*key = sequence[1] == 'A' ? TOP_KEY_UP : sequence[1] == 'B' ? TOP_KEY_DOWN : 0;
	return TOP_KEY;
}

enum top_event top_screen_wait(struct top_screen *screen, int ms, char *key)
{
	struct pollfd fds[] = {{.fd = screen->signals, .events = POLLIN},
			       {.fd = screen->keys ? STDIN_FILENO : -1, .events = POLLIN}};
	int ready = poll(fds, 2, ms);

	if (ready < 0)
		return errno == EINTR ? TOP_RESIZED : TOP_END;
	if (fds[0].revents)
		return take_signal(screen);
	if (fds[1].revents)
		return take_key(key);
	return TOP_TIME;
}
