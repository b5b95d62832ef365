package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/url"
	"strings"
	"sync"
)

// verifier checks that a webhook comes from Twilio: its X-Twilio-Signature is
// base64(HMAC-SHA1(auth token, URL + name and value of each field in order)).
//
// Source: https://www.twilio.com/docs/usage/security. It agrees with Twilio's
// Node library, not with twilio-go, which differs on repeated names, IPv6
// hosts, raw Unicode paths with a port, and a raw ';'.
type verifier struct {
	macs sync.Pool // of *mac
}

// mac is one keyed hash with the buffers that it needs, so that a verification
// allocates next to nothing.
type mac struct {
	hash hash.Hash
	text []byte // what is signed
	sum  [sha1.Size]byte
	b64  [28]byte // base64 of 20 bytes
}

func newVerifier(token string) *verifier {
	v := &verifier{}
	v.macs.New = func() any { return &mac{hash: hmac.New(sha1.New, []byte(token))} }
	return v
}

// verify says whether the signature is Twilio's for the exact public URL that it
// called (with its query) and the form that it posted. A URL that carries
// bodySHA256 signs no fields: its raw body must have that hash.
func (v *verifier) verify(u string, f form, raw []byte, signature string) bool {
	if len(signature) != 28 {
		return false
	}
	if want, signed := bodyHash(u); signed {
		sum := sha256.Sum256(raw)
		if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(want)) != 1 {
			return false
		}
		f = nil
	}
	m := v.macs.Get().(*mac)
	defer v.macs.Put(m)
	// Twilio's back ends do not agree on whether the port is signed.
	without, with := ports(u)
	return m.matches(without, f, signature) || m.matches(with, f, signature)
}

func (m *mac) matches(u string, f form, signature string) bool {
	m.text = append(m.text[:0], u...)
	for i, kv := range f {
		if i > 0 && kv == f[i-1] {
			continue // a name repeated with one value is signed once
		}
		m.text = append(m.text, kv.name...)
		m.text = append(m.text, kv.value...)
	}
	m.hash.Reset()
	m.hash.Write(m.text)
	base64.StdEncoding.Encode(m.b64[:], m.hash.Sum(m.sum[:0]))
	return subtle.ConstantTimeCompare(m.b64[:], []byte(signature)) == 1
}

// bodyHash returns the first bodySHA256 of the URL's query.
func bodyHash(u string) (string, bool) {
	_, query, _ := strings.Cut(u, "?")
	if !strings.Contains(query, "bodySHA256") {
		return "", false
	}
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); name == "bodySHA256" {
			value, err := url.QueryUnescape(value)
			return value, err == nil
		}
	}
	return "", false
}

// ports returns the URL without its port and with one, the scheme's own if it
// has none. Nothing else is touched: the signed text is the exact one.
func ports(u string) (without, with string) {
	scheme, rest, ok := strings.Cut(u, "://")
	if !ok {
		return u, u
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, tail := rest[:end], rest[end:]
	// The port's colon stands after user and password, and after an IPv6 host.
	colon := strings.LastIndexByte(host, ':')
	if colon < strings.LastIndexAny(host, "@]") {
		colon = -1
	}
	if colon >= 0 {
		return scheme + "://" + host[:colon] + tail, u
	}
	port := ":80"
	if strings.EqualFold(scheme, "https") {
		port = ":443"
	}
	return u, scheme + "://" + host + port + tail
}
