// SPDX-License-Identifier: GPL-2.0
/*
 * vswapctl top: the screen. What it says it says in words and shapes: colours only repeat it, and
 * are blue and yellow, which nearly all can tell apart.
 */
#include <langinfo.h>
#include <libsmartcols.h>
#include <ncurses.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "derived.h"
#include "message.h"
#include "top_data.h"
#include "top_draw.h"

enum { PAIR_BAR = 1, PAIR_ALERT };

/* Columns: of the backends, and of what happens. */
#define NAME_WIDTH	9
#define STATE_WIDTH	10
#define GAUGE_WIDTH	12
#define VALUE_WIDTH	8
#define LABEL_WIDTH	17
#define NOW_WIDTH	17
#define CELL_WIDTH	7

/* More backends than a third of the screen are counted only. */
#define BACKENDS_SHARE	3

static bool has_utf8;
static SCREEN *screen;

bool top_draw_start(void)
{
	const char *no_color = getenv("NO_COLOR");

	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return false;
	has_utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	set_escdelay(50);
	curs_set(0);
	/* the terminal's own colours are the background */
	if (!(no_color && *no_color) && has_colors() && start_color() == OK &&
	    use_default_colors() == OK) {
		init_pair(PAIR_BAR, COLOR_BLUE, -1);
		init_pair(PAIR_ALERT, COLOR_YELLOW, -1);
	}
	return true;
}

void top_draw_stop(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
}

/* ---- Text ---- */

/* One column for what can't be shown. */
static int width_of(wchar_t *c)
{
	int width = iswprint(*c) ? wcwidth(*c) : -1;

	if (width >= 0)
		return width;
	*c = L'?';
	return 1;
}

/* At most @width columns, of the line that is left; returns how many. */
static int put(int y, int x, int width, const char *text)
{
	int left = x + width < COLS ? width : COLS - x, used = 0, one;
	mbstate_t state = { 0 };
	const char *end = text + strlen(text);
	wchar_t c[2] = L"";
	size_t len;

	for (; text < end && y < LINES; text += len) {
		len = mbrtowc(c, text, end - text, &state);
		if (len == (size_t)-1 || len == (size_t)-2) {
			state = (mbstate_t){ 0 };
			len = 1;
			c[0] = L'?';
		}
		one = width_of(c);
		if (used + one > left)
			break;
		mvaddnwstr(y, x + used, c, 1);
		used += one;
	}
	return used;
}

static int __attribute__((format(printf, 3, 4))) say(int y, int x, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int used;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	used = put(y, x, COLS, text);
	free(text);
	return used;
}

/* As far to the right as fits into @width. */
static void put_right(int y, int x, int width, const char *text)
{
	int len = strlen(text);

	put(y, len < width ? x + width - len : x, width, text);
}

static void put_value(int y, int x, int width, struct value val, const char *behind, bool exact)
{
	char *number = value_format(&val, exact);
	char *text = xasprintf("%s%s", number, val.known ? behind : "");

	put_right(y, x, width, text);
	free(text);
	free(number);
}

/* A line all in bold, for what begins a part of the screen. */
static void head(int y, const char *text)
{
	attron(A_BOLD);
	put(y, 0, COLS, text);
	attroff(A_BOLD);
}

/* ---- Shapes ---- */

static void gauge(int y, int x, int width, struct value use)
{
	int inner = width - 2, full = 0, i;

	if (use.known)
		full = use.fraction >= 100 ? inner : (int)(use.fraction / 100 * inner + 0.5);
	/* neither looks empty that isn't, nor full */
	if (use.known && use.fraction > 0 && !full)
		full = 1;
	if (use.known && use.fraction < 99.5 && full == inner)
		full--;
	mvaddch(y, x, '[');
	for (i = 0; i < inner; i++) {
		attron(i < full ? COLOR_PAIR(PAIR_BAR) | A_BOLD : 0);
		mvaddch(y, x + 1 + i, i < full ? '#' : use.known ? '.' : '?');
		attroff(COLOR_PAIR(PAIR_BAR) | A_BOLD);
	}
	mvaddch(y, x + 1 + inner, ']');
}

/*
 * The last numbers, the newest at the right, as high as they are beside @most; 0: beside the
 * highest of them.
 */
static void draw_history(int y, int x, const struct history *history, double most)
{
	static const char *const blocks[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { "_", ".", ":", "-", "=", "+", "*", "#" };
	const char *const *levels = has_utf8 ? blocks : ascii;
	int room = COLS - x, level;
	size_t nr = history->nr, i, first;

	if (room <= 0)
		return;
	first = nr > (size_t)room ? nr - room : 0;
	for (i = first; i < nr; i++)
		most = history->sample[i] > most ? history->sample[i] : most;
	attron(COLOR_PAIR(PAIR_BAR));
	for (i = first; i < nr; i++) {
		/* the lowest is for nothing at all */
		level = history->sample[i] > 0 ? 1 + (int)(history->sample[i] / most * 6 + 0.5) : 0;
		put(y, COLS - (nr - i), 1, levels[level]);
	}
	attroff(COLOR_PAIR(PAIR_BAR));
}

/* What the width of that comes to. */
static void head_history(int y, int x, double interval)
{
	double seconds = (COLS - x) * interval;

	attron(A_BOLD);
	if (seconds < 600)
		say(y, x, "LAST %.0f s", seconds);
	else
		say(y, x, "LAST %.0f min", seconds / 60);
	attroff(A_BOLD);
}

/* ---- The top ---- */

static bool is(const struct value *val, const char *text)
{
	return val->known && !strcmp(val->text, text);
}

static int draw_summary(const struct top_data *data, const struct top_view *view)
{
	const struct snapshot *snap = &data->snap;
	const struct health *health = &data->health;
	bool alert = health->nr && health->ailment[0].severity > SEVERITY_NOTE;
	struct value taken = area_memory_taken(snap), saved = area_memory_saved(snap);
	struct value ratio = area_ratio(snap), use = area_use(snap);
	char *used = value_format(&snap->file[AREA_USED], view->exact);
	char *capacity = value_format(&snap->file[AREA_CAPACITY], view->exact);
	char *percent = value_format(&use, false), *shrunk = value_format(&ratio, false);
	char *memory = value_format(&taken, view->exact), *gained = value_format(&saved, view->exact);
	char *every = xasprintf("%severy %.4g s", view->paused ? "PAUSED  " : "", view->interval);
	int x;

	attron(A_BOLD);
	x = say(0, 0, "vswap %s", health_state(health));
	attroff(A_BOLD);
	say(0, x + 2, "%s of %s in use, %s", used, capacity, percent);
	put_right(0, COLS - 24, 24, every);
	attron(alert ? COLOR_PAIR(PAIR_ALERT) | A_BOLD : 0);
	say(1, 0, "%s%s", alert ? "! " : "", health->nr ? health->ailment[0].status :
	    "Swap is on, and all of it works.");
	attroff(COLOR_PAIR(PAIR_ALERT) | A_BOLD);
	say(2, 0, "Takes %s of memory and gains %s; the pool makes pages %s times smaller.", memory,
	    gained, shrunk);
	free(used);
	free(capacity);
	free(percent);
	free(shrunk);
	free(memory);
	free(gained);
	free(every);
	return 4;
}

/* ---- Backends ---- */

static int put_heading(int y, int x, int width, const char *text)
{
	attron(A_BOLD);
	put_right(y, x, width, text);
	attroff(A_BOLD);
	return x + width + 1;
}

static void draw_backend(int y, const struct top_data *data, size_t i, const struct top_view *view)
{
	const struct backend *backend = &data->snap.backend[i];
	const struct top_backend *rates = &data->backend[i];
	const struct value *state = &backend->file[BACKEND_STATE];
	bool alert = !is(state, "on");
	int x = 0;

	attron(alert ? COLOR_PAIR(PAIR_ALERT) | A_BOLD : 0);
	put(y, x, NAME_WIDTH, backend->name.text);
	x += NAME_WIDTH + 1;
	put(y, x, STATE_WIDTH, state->known ? state->text : "-");
	attroff(COLOR_PAIR(PAIR_ALERT) | A_BOLD);
	x += STATE_WIDTH + 1;
	gauge(y, x, GAUGE_WIDTH, backend_use(backend));
	x += GAUGE_WIDTH;
	put_value(y, x, 5, backend_use(backend), "", false);
	x += 6;
	put_value(y, x, VALUE_WIDTH, backend->file[BACKEND_USED], "", view->exact);
	x += VALUE_WIDTH + 1;
	put_value(y, x, VALUE_WIDTH, rates->out, "/s", view->exact);
	x += VALUE_WIDTH + 1;
	put_value(y, x, VALUE_WIDTH, rates->in, "/s", view->exact);
	x += VALUE_WIDTH + 2;
	draw_history(y, x, &rates->history, 0);
}

static int draw_backends(int y, const struct top_data *data, const struct top_view *view)
{
	size_t room = LINES / BACKENDS_SHARE, nr = data->snap.nr_backends, i;
	int x = 0;

	head(y, "WHERE");
	x += NAME_WIDTH + 1;
	attron(A_BOLD);
	put(y, x, STATE_WIDTH, "STATE");
	attroff(A_BOLD);
	x += STATE_WIDTH + 1;
	x = put_heading(y, x, GAUGE_WIDTH + 5, "FULL");
	x = put_heading(y, x, VALUE_WIDTH, "HOLDS");
	x = put_heading(y, x, VALUE_WIDTH, "OUT");
	x = put_heading(y, x, VALUE_WIDTH, "IN");
	head_history(y++, x + 1, view->interval);
	if (!nr)
		say(y++, 0, "No backends: \"vswapctl backend add\".");
	for (i = 0; i < nr && i < room; i++)
		draw_backend(y++, data, i, view);
	if (i < nr)
		say(y++, 0, "and %zu more, see \"vswapctl backends\"", nr - i);
	return y + 1;
}

/* ---- What happens ---- */

static char *percent_text(struct value val)
{
	return val.known ? xasprintf("%.1f%%", val.fraction) : xstrdup("-");
}

static void draw_pressure(int y, const struct top_data *data)
{
	char *some = percent_text(data->pressure.some), *full = percent_text(data->pressure.full);
	char *text = xasprintf("%s, all %s", some, full);

	put_right(y, LABEL_WIDTH, NOW_WIDTH, text);
	free(text);
	free(full);
	free(some);
}

static int draw_traffic(int y, const struct top_data *data, const struct top_view *view)
{
	static const char *const labels[TOP_NR_TRAFFIC] = {
		[TOP_OUT] = "Swapped out", [TOP_IN] = "Swapped in",
		[TOP_WRITEBACK] = "Pool to disk", [TOP_REFAULTS] = "Back too soon",
		[TOP_PRESSURE] = "Waits for memory",
	};
	const int x = LABEL_WIDTH + NOW_WIDTH + 2;
	int i;

	head(y, "WHAT HAPPENS");
	put_heading(y, LABEL_WIDTH, NOW_WIDTH, "NOW");
	head_history(y++, x, view->interval);
	for (i = 0; i < TOP_NR_TRAFFIC; i++, y++) {
		put(y, 0, LABEL_WIDTH, labels[i]);
		if (i == TOP_PRESSURE)
			draw_pressure(y, data);
		else
			put_value(y, LABEL_WIDTH, NOW_WIDTH, data->traffic[i].now, "/s",
				  view->exact);
		draw_history(y, x, &data->traffic[i].history, i == TOP_PRESSURE ? 100 : 0);
	}
	return y + 1;
}

/* ---- Who ---- */

static int cell_width(const struct holder_cell *cell)
{
	int width = strlen(cell->heading);

	return width > CELL_WIDTH ? width : CELL_WIDTH;
}

/* The last columns are names; how many of those before fit, with room for a name. */
static size_t cells_that_fit(const struct holder_cells *cells)
{
	int room = COLS - 12;
	size_t i;

	for (i = 0; i + 1 < cells->nr; i++) {
		room -= cell_width(&cells->cell[i]) + 1;
		if (room < 0)
			break;
	}
	return i;
}

static void draw_cell(int y, int x, const struct holder_cell *cell, const struct holder *holder,
		      const struct top_view *view)
{
	struct value val = holder_cell_value(cell, holder);

	if (val.unit == UNIT_TEXT)
		put(y, x, COLS, val.known ? val.text : "-");
	else
		put_value(y, x, cell_width(cell), val, "", view->exact);
}

/* What fits of a line, and always its name. NULL: the headings. */
static void draw_holder(int y, const struct holder_cells *cells, const struct holder *holder,
			const struct top_view *view)
{
	size_t fit = cells_that_fit(cells), i;
	int x = 0;

	for (i = 0; i < cells->nr; i++) {
		const struct holder_cell *cell = &cells->cell[i];
		bool text = !(cell->column->flags & SCOLS_FL_RIGHT);

		if (i >= fit && i + 1 < cells->nr)
			continue;
		if (holder)
			draw_cell(y, x, cell, holder, view);
		else if (text)
			put(y, x, COLS, cell->heading);
		else
			put_right(y, x, cell_width(cell), cell->heading);
		x += cell_width(cell) + 1;
	}
}

static void draw_who_head(int y, const struct top_data *data, const struct top_choice *choice)
{
	const struct holder_cells *cells = &data->cells;
	int x;

	attron(A_BOLD);
	x = say(y, 0, "WHO, by %s, ", choice->by == BY_CGROUP ? "cgroup" : "process");
	if (cells->nr)
		x += say(y, x, "%s by %s", choice->reverse ? "upwards" : "sorted",
			 cells->cell[choice->sort % cells->nr].heading);
	if (*choice->filter)
		say(y, x, ", only those with \"%s\"", choice->filter);
	attroff(A_BOLD);
}

static struct holder rest(const struct top_data *data)
{
	static char name[] = "(others)";
	struct holder others = data->holders.others;

	others.name = name;
	others.cgroup = name;
	return others;
}

static void draw_who(int y, const struct top_data *data, const struct top_choice *choice,
		     struct top_view *view)
{
	int last = LINES - 2;
	size_t room, i;
	struct holder others;

	draw_who_head(y++, data, choice);
	if (data->no_holders) {
		say(y, 0, "Not known: %s.", data->no_holders);
		return;
	}
	if (last - y < 2)
		return;
	draw_holder(y++, &data->cells, NULL, view);
	room = last - y;
	if (view->scroll + room > data->nr_rows)
		view->scroll = data->nr_rows > room ? data->nr_rows - room : 0;
	for (i = view->scroll; i < data->nr_rows && y < last; i++)
		draw_holder(y++, &data->cells, data->row[i], view);
	others = rest(data);
	draw_holder(y, &data->cells, &others, view);
}

/* ---- Help, keys ---- */

static void draw_help(void)
{
	static const char *const lines[] = {
		"WHERE         the backends: a compressed pool in memory (zswap), swap files",
		"  FULL        how full it is, by its present estimate of what it can hold",
		"  HOLDS       pages in it, before compression",
		"  OUT, IN     written to it and read from it, in a second",
		"  LAST        both, the newest at the right, beside the highest one shown",
		"WHAT HAPPENS",
		"  Pool to disk      the pool is full: its oldest pages move to a swap file",
		"  Back too soon     pages needed again soon after they went: memory is too small",
		"  Waits for memory  share of the time: somebody waited for it, all did",
		"WHO           whose pages are swapped out, and where they lie",
		"  POOL, COMPRESSED  in the pool, and what they take there",
		"  FILL              pages of one value: they take nothing",
		"  NONE              not stored: in memory after all, or zeroes the kernel keeps",
		"  (others)          no process's: tmpfs, shared memory, copies",
		"",
		"c  by cgroup, or by process      s  sort by the next column    r  the other way",
		"/  only names that have a text   up, down, page up, page down  scroll",
		"b  sizes in bytes                space  stop, and go on        q  quit",
	};
	size_t i;

	head(0, "vswapctl top: what all this is");
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		put(i + 2, 0, COLS, lines[i]);
}

static void draw_keys(const struct top_choice *choice, const struct top_view *view)
{
	const int y = LINES - 1;

	attron(A_REVERSE);
	mvhline(y, 0, ' ', COLS);
	if (view->help)
		say(y, 0, " Any key: back");
	else if (view->filtering)
		say(y, 0, " Only names with: %s_   Enter: done  Esc: all", choice->filter);
	else
		say(y, 0, " q Quit  h Help  c %s  s Sort  r Reverse  / Filter  Space %s",
		    choice->by == BY_CGROUP ? "Processes" : "Cgroups",
		    view->paused ? "Go on" : "Stop");
	attroff(A_REVERSE);
}

void top_draw(const struct top_data *data, const struct top_choice *choice, struct top_view *view)
{
	int y;

	erase();
	if (view->help) {
		draw_help();
	} else {
		y = draw_summary(data, view);
		y = draw_backends(y, data, view);
		y = draw_traffic(y, data, view);
		draw_who(y, data, choice, view);
	}
	draw_keys(choice, view);
	refresh();
}
