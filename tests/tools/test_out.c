/*
 * What a stranger chose comes out harmless (T-48), for people and for scripts.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "rows.h"

static const struct {
	const char *in, *escaped, *json;
	size_t n, width;
} rows[] = {
#define ROW(in, width, escaped, json)                    \
	{                                                \
		in, escaped, json, sizeof(in) - 1, width \
	}
	ROW("", 0, "", "\"\""),
	ROW("plain", 5, "plain", "\"plain\""),
	ROW("M\303\274ller", 6, "M\303\274ller", "\"M\\u00FCller\""),
	ROW("\360\237\230\200", 1, "\360\237\230\200", "\"\\uD83D\\uDE00\""),
	ROW("a\nb", 6, "a\\x0Ab", "\"a\\nb\""),
	ROW("a\rb", 6, "a\\x0Db", "\"a\\rb\""),
	ROW("\033[2J", 7, "\\x1B[2J", "\"\\u001B[2J\""),
	ROW("\0", 4, "\\x00", "\"\\u0000\""),
	ROW("\177", 4, "\\x7F", "\"\x7f\""),
	ROW("\302\233", 8, "\\u{009B}", "\"\\u009B\""),
	ROW("\342\200\256x", 9, "\\u{202E}x", "\"\\u202Ex\""), /* RLO */
	ROW("\342\201\246", 8, "\\u{2066}", "\"\\u2066\""),    /* LRI */
	ROW("\342\200\213", 8, "\\u{200B}", "\"\\u200B\""),    /* no width */
	ROW("\357\273\277", 8, "\\u{FEFF}", "\"\\uFEFF\""),    /* BOM */
	ROW("\342\200\250", 8, "\\u{2028}", "\"\\u2028\""),    /* line */
	ROW("\363\240\201\201", 9, "\\u{E0041}", "\"\\uDB40\\uDC41\""),
	/* not UTF-8: a byte alone, cut short, too long, a surrogate, too big */
	ROW("\200", 4, "\\x80", "\"\\\\x80\""),
	ROW("\303", 4, "\\xC3", "\"\\\\xC3\""),
	ROW("\342\200", 8, "\\xE2\\x80", "\"\\\\xE2\\\\x80\""),
	ROW("\300\257", 8, "\\xC0\\xAF", "\"\\\\xC0\\\\xAF\""),
	ROW("\340\200\257", 12, "\\xE0\\x80\\xAF", "\"\\\\xE0\\\\x80\\\\xAF\""),
	ROW("\355\240\200", 12, "\\xED\\xA0\\x80", "\"\\\\xED\\\\xA0\\\\x80\""),
	ROW("\364\220\200\200", 16, "\\xF4\\x90\\x80\\x80",
	    "\"\\\\xF4\\\\x90\\\\x80\\\\x80\""),
	ROW("\377", 4, "\\xFF", "\"\\\\xFF\""),
#undef ROW
};
TEST_ROWS(out, text, rows)
{
	struct span in = { (const uint8_t *)rows[i].in, rows[i].n };
	char *text = NULL, *dumped;
	size_t size, width;
	json_t *value;
	FILE *f;

	f = open_memstream(&text, &size);
	width = out_escape(f, in);
	fclose(f);
	cr_expect_str_eq(text, rows[i].escaped, "row %zu: %s", i, text);
	cr_expect_eq(width, rows[i].width, "row %zu: %zu", i, width);
	free(text);

	value = out_text(in);
	dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	cr_expect_str_eq(dumped, rows[i].json, "row %zu: %s", i, dumped);
	free(dumped);
	json_decref(value);
}

/*
 * every byte string of three bytes of some interest: never a raw control byte
 */
Test(out, escape_all)
{
	static const uint8_t some[] = { 0x00, 0x0a, 0x1b, 0x41, 0x5c, 0x7f,
		0x80, 0x9b, 0xa8, 0xae, 0xbf, 0xc2, 0xe2, 0xed, 0xef, 0xf0,
		0xf4, 0xff };
	enum { N = sizeof(some) };
	uint8_t in[3];
	char *text;
	size_t size, i, k;
	FILE *f;

	for (i = 0; i < (size_t)N * N * N; i++) {
		in[0] = some[i % N];
		in[1] = some[i / N % N];
		in[2] = some[i / N / N];
		f = open_memstream(&text, &size);
		out_escape(f, (struct span){ in, 3 });
		fclose(f);
		for (k = 0; k < size; k++)
			cr_assert(
			    text[k] < 0 || (text[k] >= 0x20 && text[k] != 0x7f),
			    "%02x %02x %02x", in[0], in[1], in[2]);
		free(text);
	}
}

Test(out, time)
{
	json_t *t = out_time(1700000000);

	cr_expect_str_eq(json_string_value(t), "2023-11-14T22:13:20Z");
	json_decref(t);
	t = out_time(0);
	cr_expect(json_is_null(t));
	json_decref(t);
}
