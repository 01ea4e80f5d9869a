#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "privkey.h"

void fuzz_finding(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

bool fuzz_inside(struct span part, struct span whole)
{
	return part.n == 0 ||
	    (part.p >= whole.p && part.n <= whole.n &&
		(size_t)(part.p - whole.p) <= whole.n - part.n);
}

bool fuzz_is_text(struct span s)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };

	for (size_t i = 0; i < s.n; i++) {
		uint32_t c = s.p[i];
		unsigned more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0;

		if (c == 0 || (c >= 0x80 && c < 0xc0) || more >= s.n - i)
			return false;
		c &= 0xffU >> (more == 0 ? 0 : more + 2);
		for (unsigned k = more; k > 0; k--) {
			if ((s.p[++i] & 0xc0) != 0x80)
				return false;
			c = c << 6 | (s.p[i] & 0x3f);
		}
		if (c < least[more] || c > 0x10ffff ||
		    (c >= 0xd800 && c < 0xe000))
			return false;
	}
	return true;
}

/* Made for these tests and used nowhere else. */
static const char *const pem[] = {
	[FUZZ_CA] =
	    "-----BEGIN PRIVATE KEY-----\n"
	    "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBANbWunvPByr4QbwG\n"
	    "cQ4AqzmbPRjSsuKawtWS5OID43FU78wi51LKdc22APEscUMvbchVU/dGri3nBMgn\n"
	    "+/3JxENX8/BP7zAASnVN1Iw5Q2q1E4O4NaqoHS9CrRGemaWyX+MLr/nwnhYY0mWU\n"
	    "NuX/U8wXAsN8SQD+vXaS3liSXJMRAgMBAAECgYEArs8+IivMu0wRwLrFFw24RUFp\n"
	    "r18SK4yd6EaEctuTH85q6IGmFBmlTWNA1PzClFZtT8sObXBXngYSQAM46cJZLKzB\n"
	    "D0+edx3rDslFcQ3MQ24jaXsqxCMFICvbx2NmOECRoK+m4+zVX3gv6P32FvUfEBn1\n"
	    "4+zbTubJ3VWzeJIuZiECQQD1hxJ3jAHweij0LbMyW+S25aSE3X1UnA6VqM+j+qqh\n"
	    "o4jHiwjSZKz0wHuxTd36qqoC6axEvqzUHOH2BUuw8YqFAkEA4ACQOZUpLrW6XsIw\n"
	    "1a6DtLI8zRHq/d+vcVg8B7WhxPGJsz5DOGQngiWNYNYEK/9HpzWgWVmrolLAan6i\n"
	    "JPL6HQJAXieKIWYDaGCwS9MqoOk0cB7oVDtL0KJ3xVSTK+L4hDvePAdJPsV0vfcC\n"
	    "eB/QPEwuHifV9Bba2AyraljlidlWsQJAcwY3CSqcFB1DT2deVkuf3AjuictapPTZ\n"
	    "DVXmtXrCT/RL5lvhfrKHSyBnYcNkLweOTsGNznPqW5cssULHljuizQJAHORc6tFb\n"
	    "AsCtJSH7I9wxcK43ab+6/Sgp+cpmSJwJ3Fq4y4/cu1p+CRE4h9G4qtCXXoFe191L\n"
	    "WVZ2wg7r+xB5ow==\n"
	    "-----END PRIVATE KEY-----\n",
	[FUZZ_DEVICE] =
	    "-----BEGIN PRIVATE KEY-----\n"
	    "MIICdQIBADANBgkqhkiG9w0BAQEFAASCAl8wggJbAgEAAoGBAMcAdDQjIY1yWx5q\n"
	    "hDYu+KHZaUtU8PTUmlPkVkhDvvDl+v/zkn0S1saWgqcOZ866qvSMxFjYfu5L8Xiy\n"
	    "a2k/EowqFS5aTAS23aHKeAv9j5qW4A8K5AqoEvpZdt0HJHgoSzLSt146PkUxU8Me\n"
	    "Q2M57pvNSL80otb9hoShcgcLo56zAgMBAAECgYBr0PgkY0BDdUie0xDslkhI0BT3\n"
	    "Jn8h9qnid9yzbFjgBYoW8C1WrEVG9La2sdxWKdaDhly+0hT7IJQkU25UaEKwT1dB\n"
	    "MQDiLlJjAU/dDuzjZ5IsXh45ivHUbApTjvP2IHPLLWVuYP4EjAFWg2M6tFVWjoRa\n"
	    "fvwSuITGb4jkshYPsQJBAOfGLcCM51wg+BN1L6sWGm2U4OdoHZ3uN8UaUrJRgYiO\n"
	    "79hT8uqzH5a39KkdMWBPOe0R6Y8refl//nnXBEWRfbsCQQDbzVne+25P9ENO89F3\n"
	    "NYui1UVWeZ0wecTLPMisQQ6hOKB+4RpToPA42eTYnjsU870CY7c7l8CJQoZTVLLh\n"
	    "rddpAkAbn7gmQeT1SwymLQpgZsMBmoPvsK4O+6xz9n4yuJoqr3aQnvjN1kmGiihD\n"
	    "27Hd27N4uPDQWoswHHw1A1aEACIvAkAxHgloN71l5oqn+Pok7nU+tPPiqBiFPaDJ\n"
	    "XdLmEz+mrVXIJJtSdtNXkPF/qpQ/UVw6TXgju/yNb60+r92tasCJAkBM9PAnTB11\n"
	    "6C3IKtD2JhVL0+jzmzxqTEOv5PgQhpoD3GWZQrxWEg+GjThyMDkQoXyIXced1y/F\n"
	    "aMdS6dbHovze\n"
	    "-----END PRIVATE KEY-----\n",
};

const char *fuzz_key_pem(enum fuzz_owner owner)
{
	return pem[owner];
}

const struct privkey *fuzz_key(enum fuzz_owner owner)
{
	static struct privkey *keys[2];

	if (keys[owner] == NULL)
		MUST(privkey_import(span_str(pem[owner]), &keys[owner], NULL) ==
		    0);
	return keys[owner];
}
