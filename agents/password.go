package agents

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// What a hash costs: OWASP's Password Storage Cheat Sheet for argon2id,
// m=19 MiB, t=2, p=1.
const (
	hashMemory  = 19 * 1024 // KiB
	hashTime    = 2
	hashThreads = 1
	hashLength  = 32
	saltLength  = 16
)

// Bounds of a password; the upper one keeps the hash's work the same for all.
const (
	MinPassword = 10
	MaxPassword = 256
)

// hashing bounds the memory that logins take: each costs 19 MiB while it lasts.
var hashing = make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))

// derive hashes once there is room for it.
func derive(ctx context.Context, password string, salt []byte, time, memory uint32, threads uint8, length uint32) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
		return argon2.IDKey([]byte(password), salt, time, memory, threads, length), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hashPassword returns the hash in PHC format, with its salt and costs.
func hashPassword(ctx context.Context, password string) (string, error) {
	if err := checkPassword(password); err != nil {
		return "", err
	}
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("salt a password: %w", err)
	}
	hash, err := derive(ctx, password, salt, hashTime, hashMemory, hashThreads, hashLength)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash)), nil
}

func checkPassword(password string) error {
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return &Fault{"password", fmt.Sprintf("is shorter than %d characters; a few words make a good one", MinPassword)}
	case len(password) > MaxPassword:
		return &Fault{"password", fmt.Sprintf("is longer than %d bytes; take a shorter one", MaxPassword)}
	}
	return nil
}

// nobody is checked for who is unknown, so that the answer takes as long as for
// who is known.
var nobody = func() string {
	salt := make([]byte, saltLength)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(make([]byte, hashLength)))
}()

// checkHash says whether the password is the hash's.
func checkHash(ctx context.Context, phc, password string) (bool, error) {
	salt, want, time, memory, threads, err := parseHash(phc)
	if err != nil {
		return false, err
	}
	got, err := derive(ctx, password, salt, time, memory, threads, uint32(len(want)))
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

var errHash = errors.New("the stored password is no argon2id hash: set the password again")

func parseHash(phc string) (salt, hash []byte, time, memory uint32, threads uint8, err error) {
	fail := func() ([]byte, []byte, uint32, uint32, uint8, error) { return nil, nil, 0, 0, 0, errHash }
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return fail()
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads); err != nil || n != 3 {
		return fail()
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	hash, hashErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || hashErr != nil || len(salt) < 8 || len(hash) < 16 || len(hash) > 64 ||
		memory < 8 || memory > 256*1024 || time < 1 || time > 16 || threads < 1 {
		return fail()
	}
	return salt, hash, time, memory, threads, nil
}
