package agents

import (
	"errors"
	"strings"
	"testing"
)

func TestAPasswordIsKeptAsItsArgon2idHash(t *testing.T) {
	first, err := hashPassword(t.Context(), "une lampe bleue")
	if err != nil {
		t.Fatal(err)
	}
	second, err := hashPassword(t.Context(), "une lampe bleue")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(first, "$argon2id$v=19$m=19456,t=2,p=1$") || first == second {
		t.Errorf("hashes %q and %q: OWASP's costs, and a salt each", first, second)
	}
	for password, want := range map[string]bool{"une lampe bleue": true, "une lampe Bleue": false, "": false} {
		if got, err := checkHash(t.Context(), first, password); err != nil || got != want {
			t.Errorf("%q is right: %v, %v", password, got, err)
		}
	}
}

func TestWhoIsUnknownCostsWhatSomebodyCosts(t *testing.T) {
	somebody, err := hashPassword(t.Context(), "une lampe bleue")
	if err != nil {
		t.Fatal(err)
	}
	_, hash, time, memory, threads, err := parseHash(somebody)
	_, nohash, notime, nomemory, nothreads, noerr := parseHash(nobody)
	if err != nil || noerr != nil || len(hash) != len(nohash) || time != notime || memory != nomemory || threads != nothreads {
		t.Errorf("the hash of nobody %q is not made as %q", nobody, somebody)
	}
}

func TestShortAndEndlessPasswordsAreRefused(t *testing.T) {
	for _, password := range []string{"", "court", "123456789", strings.Repeat("x", MaxPassword+1)} {
		var fault *Fault
		if _, err := hashPassword(t.Context(), password); !errors.As(err, &fault) || fault.Field != "password" {
			t.Errorf("a password of %d bytes: %v", len(password), err)
		}
	}
	if err := checkPassword("éàüîçéàüîç"); err != nil {
		t.Errorf("ten characters are enough, whatever their bytes: %v", err)
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add(nobody)
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2i$v=19$m=8,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, phc string) {
		salt, hash, time, memory, threads, err := parseHash(phc)
		if err != nil {
			return
		}
		if len(salt) < 8 || len(hash) < 16 || len(hash) > 64 || memory > 256*1024 || time > 16 || threads == 0 {
			t.Errorf("%q passes with costs that nobody chose", phc)
		}
	})
}
