package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"testing"
)

// The vector that Twilio publishes with its libraries.
const (
	vectorToken     = "12345"
	vectorURL       = "https://mycompany.com/myapp.php?foo=1&bar=2"
	vectorBody      = "To=%2B18005551212&Digits=1234&CallSid=CA1234567890ABCDE&Caller=%2B14158675309&From=%2B14158675309"
	vectorSignature = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
)

func TestSignature(t *testing.T) {
	v := newVerifier(vectorToken)
	json := `{"property": "value", "boolean": true}`
	hash := sha256.Sum256([]byte(json))
	hashed := "https://example.com/hook?bodySHA256=" + hex.EncodeToString(hash[:])
	tests := []struct {
		name                 string
		url, body, signature string
		want                 bool
	}{
		{"the published vector", vectorURL, vectorBody, vectorSignature, true},
		{"the order of the fields in the body does not matter", vectorURL, "From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE&Digits=1234&To=%2B18005551212", vectorSignature, true},
		{"a changed digit", vectorURL, "To=%2B18005551213&Digits=1234&CallSid=CA1234567890ABCDE&Caller=%2B14158675309&From=%2B14158675309", vectorSignature, false},
		{"a field more", vectorURL, vectorBody + "&Extra=", vectorSignature, false},
		{"another host", "https://mycompany.example/myapp.php?foo=1&bar=2", vectorBody, vectorSignature, false},
		{"another query", "https://mycompany.com/myapp.php?foo=1&bar=3", vectorBody, vectorSignature, false},
		{"no signature", vectorURL, vectorBody, "", false},
		{"a cut signature", vectorURL, vectorBody, vectorSignature[:27], false},
		{"a signature of another token", vectorURL, vectorBody, sign("54321", vectorURL, "CallSidCA1234567890ABCDECaller+14158675309Digits1234From+14158675309To+18005551212"), false},
		{"signed with the port, called without", "https://a.example/h", "A=1", sign(vectorToken, "https://a.example:443/h", "A1"), true},
		{"signed without the port, called with", "https://a.example:8443/h", "A=1", sign(vectorToken, "https://a.example/h", "A1"), true},
		{"signed with the port of http", "http://a.example/h", "A=1", sign(vectorToken, "http://a.example:80/h", "A1"), true},
		{"an IPv6 host with a port", "https://[2001:db8::1]:8443/h", "A=1", sign(vectorToken, "https://[2001:db8::1]/h", "A1"), true},
		{"an IPv6 host without a port", "https://[2001:db8::1]/h", "A=1", sign(vectorToken, "https://[2001:db8::1]:443/h", "A1"), true},
		{"user and password with a colon", "https://u:p@a.example/h", "A=1", sign(vectorToken, "https://u:p@a.example:443/h", "A1"), true},
		{"a raw Unicode path with a port", "https://a.example:443/été", "A=1", sign(vectorToken, "https://a.example/été", "A1"), true},
		{"repeated values are signed once and in order", "https://a.example/h", "A=2&A=1&A=2", sign(vectorToken, "https://a.example/h", "A1A2"), true},
		{"an empty value is signed by its name", "https://a.example/h", "City=&A=1", sign(vectorToken, "https://a.example/h", "A1City"), true},
		{"values are not trimmed", "https://a.example/h", "Body=+hi+", sign(vectorToken, "https://a.example/h", "Body hi "), true},
		{"a raw semicolon is part of the value", "https://a.example/h", "Body=a;b", sign(vectorToken, "https://a.example/h", "Bodya;b"), true},
		{"names are sorted with capitals first", "https://a.example/h", "b=1&B=2", sign(vectorToken, "https://a.example/h", "B2b1"), true},
		{"a hashed body signs the URL alone", hashed, json, sign(vectorToken, hashed, ""), true},
		{"a hashed body that was changed", hashed, json + " ", sign(vectorToken, hashed, ""), false},
		{"a hashed body does not excuse the URL", hashed + "&m=2", json, sign(vectorToken, hashed, ""), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := []byte(tt.body)
			if got := v.verify(tt.url, parseForm(body, nil), body, tt.signature); got != tt.want {
				t.Errorf("verify = %v, want %v", got, tt.want)
			}
		})
	}
}

// sign signs a text that was put in order by hand.
func sign(token, u, fields string) string {
	m := hmac.New(sha1.New, []byte(token))
	m.Write([]byte(u + fields))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

func TestParseForm(t *testing.T) {
	tests := []struct {
		name, body string
		want       form
	}{
		{"nothing", "", nil},
		{"plus and escapes", "Body=a+b%20c%2Bd%C3%A9", form{{"Body", "a b c+dé"}}},
		{"broken escapes stand for themselves", "A=%&B=%4&C=%zz&D=100%", form{{"A", "%"}, {"B", "%4"}, {"C", "%zz"}, {"D", "100%"}}},
		{"no equals sign", "A&B=", form{{"A", ""}, {"B", ""}}},
		{"no name", "=x", form{{"", "x"}}},
		{"empty pairs are skipped", "&&A=1&&", form{{"A", "1"}}},
		{"a second equals sign belongs to the value", "A=b=c", form{{"A", "b=c"}}},
		{"names are decoded", "A%5B0%5D=1", form{{"A[0]", "1"}}},
		{"a raw NUL and broken UTF-8 pass", "A=\x00%ff", form{{"A", "\x00\xff"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := parseForm([]byte(tt.body), nil)
			if len(got) != len(tt.want) {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
			for i := range got {
				if got[i] != tt.want[i] {
					t.Errorf("field %d: got %q, want %q", i, got[i], tt.want[i])
				}
			}
		})
	}
}

func TestFormGet(t *testing.T) {
	f := parseForm([]byte("To=%2B1&Body=&From=%2B2&\U0001F600=a&\uFF21=b"), nil)
	for name, want := range map[string]string{"To": "+1", "From": "+2", "Body": "", "Missing": "", "\U0001F600": "a", "\uFF21": "b"} {
		if got := f.get(name); got != want {
			t.Errorf("get(%q) = %q, want %q", name, got, want)
		}
	}
}

// FuzzParseForm compares with the standard library wherever it takes the body,
// and checks that what is parsed can be found again.
func FuzzParseForm(f *testing.F) {
	for _, s := range []string{vectorBody, "a=1&a=2&b", "%", "%zz=%4", "&&==", "Body=é%00;x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		got := parseForm(body, nil)
		if string(body) != before {
			t.Fatal("the body was written to")
		}
		for i, kv := range got {
			if i > 0 && (compareUTF16(got[i-1].name, kv.name) > 0) {
				t.Fatalf("out of order: %q", got)
			}
			if got.get(kv.name) == "" && kv.value != "" && !repeated(got, kv.name) {
				t.Fatalf("%q is not found", kv.name)
			}
		}
		std, err := url.ParseQuery(before)
		if err != nil {
			return
		}
		n := 0
		for name, values := range std {
			n += len(values)
			if len(values) == 1 && got.get(name) != values[0] {
				t.Fatalf("%q: got %q, the standard library reads %q", name, got.get(name), values[0])
			}
		}
		if n != len(got) {
			t.Fatalf("got %d fields, the standard library reads %d", len(got), n)
		}
	})
}

func repeated(f form, name string) bool {
	n := 0
	for _, kv := range f {
		if kv.name == name {
			n++
		}
	}
	return n > 1
}
