package twilio

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// oracleCase is one webhook: the URL that was called, the one that was signed
// (with or without a port), the body that was signed, and what was added to it
// on the way.
type oracleCase struct {
	Token  string `json:"token"`
	URL    string `json:"url"`
	Signed string `json:"signed"`
	Body   string `json:"body"`
	Tamper string `json:"tamper"`
}

// TestSignatureAgreesWithTwiliosLibrary lets Twilio's Node library sign and judge
// generated webhooks, and expects the same judgements here.
func TestSignatureAgreesWithTwiliosLibrary(t *testing.T) {
	if _, err := os.Stat("testdata/oracle/node_modules/twilio"); err != nil {
		t.Fatal("the npm package twilio is not installed: run make test")
	}
	r := rand.New(rand.NewPCG(1, 2))
	cases := make([]oracleCase, 6000)
	for i := range cases {
		cases[i] = generateCase(r)
	}
	in, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", "testdata/oracle/sign.js")
	node.Stdin = bytes.NewReader(in)
	node.Stderr = os.Stderr
	out, err := node.Output()
	if err != nil {
		t.Fatalf("node: %v: run make test", err)
	}
	var answers []struct {
		Signature string `json:"signature"`
		Valid     bool   `json:"valid"`
	}
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(cases) {
		t.Fatalf("%d answers to %d cases, error %v", len(answers), len(cases), err)
	}
	valid := 0
	for i, c := range cases {
		body := []byte(c.Body + c.Tamper)
		got := newVerifier(c.Token).verify(c.URL, parseForm(body, nil), body, answers[i].Signature)
		if got != answers[i].Valid {
			t.Errorf("case %d: got %v, Twilio's library says %v: %+v", i, got, answers[i].Valid, c)
		}
		if answers[i].Valid {
			valid++
		}
	}
	// Half of the cases are tampered with; the generator must reach both sides.
	if valid < len(cases)/4 || valid > len(cases)*3/4 {
		t.Errorf("%d of %d cases are valid: the generator is lopsided", valid, len(cases))
	}
}

func generateCase(r *rand.Rand) oracleCase {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	scheme := pick("https://", "https://", "http://")
	host := pick("text.lumen.example", "127.0.0.1", "[2001:db8::1]", "[::1]", "u:p@text.lumen.example", "a-b.example")
	port := pick("", "", ":443", ":8443", ":80")
	rest := pick("/hooks/twilio/lumen-sms", "/hooks/twilio/lumen-sms/status?m=ms_1&a=2&c=cu_9", "/", "", "?x=1", "/été/ça?q=é",
		"/p?a=%27b%27&c=d+e", "/p?q=it's", "/p;v=1?x=;y", "/p?next=https://b.example:99/x@y", "/%C3%A9?x=%zz")
	c := oracleCase{Token: pick("12345", "0123456789abcdef0123456789abcdef", "é"), URL: scheme + host + port + rest}
	if r.IntN(8) == 0 {
		body := pick(`{"a":1}`, `{"text":"é 👍"}`, "", "A=1&B=2")
		sum := sha256.Sum256([]byte(body))
		c.Body = body
		c.URL = scheme + host + port + "/json?x=1&bodySHA256=" + hex.EncodeToString(sum[:])
	} else {
		c.Body = generateBody(r)
	}

	c.Signed = c.URL
	switch without, with := ports(c.URL); r.IntN(8) {
	case 0:
		c.Signed = without
	case 1:
		c.Signed = with
	case 2: // a port that nobody called
		c.Signed = scheme + host + ":9" + rest
	case 3:
		c.Signed += "x"
	case 4, 5:
		c.Tamper = pick("&Extra=1", "&Body=", "1", "&&", "&Body=again", "%20", " ")
	}
	return c
}

// generateBody writes fields in one of the ways in which they can be written.
func generateBody(r *rand.Rand) string {
	names := []string{"Body", "From", "To", "ToCity", "body", "NumMedia", "MediaUrl0", "A[0]", "é", "\U0001F600", "\uFF21", "zz", "10", "9", "__proto__"}
	values := []string{"", "a", "b", "+33612345678", "STOP", " padded ", "a;b;c", "é", "👩‍👩‍👧 ok", "\uE000", "\U0001F600", "x=y&z", "line\r\nline", "100%", strings.Repeat("long ", 100), "<xml/>"}
	raw := r.IntN(3) == 0 // raw UTF-8, as no browser would
	broken := !raw && r.IntN(3) == 0
	var pairs []string
	for range r.IntN(14) {
		name, value := names[r.IntN(len(names))], values[r.IntN(len(values))]
		switch {
		case raw && !strings.ContainsAny(name+value, "%&+= "):
			pairs = append(pairs, name+"="+value)
		case broken && r.IntN(4) == 0:
			pairs = append(pairs, "Pct="+[]string{"100%", "%zz", "%4", "%%41"}[r.IntN(4)])
		case r.IntN(6) == 0:
			pairs = append(pairs, url.QueryEscape(name)) // without an equals sign
		case r.IntN(3) == 0:
			pairs = append(pairs, url.PathEscape(name)+"="+strings.ReplaceAll(url.PathEscape(value), "+", "%2B"))
		default:
			pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(value))
		}
		if r.IntN(5) == 0 && len(pairs) > 0 {
			pairs = append(pairs, pairs[r.IntN(len(pairs))]) // once more
		}
	}
	return strings.Join(pairs, "&")
}

func BenchmarkVerify(b *testing.B) {
	v := newVerifier("0123456789abcdef0123456789abcdef")
	u := "https://text.lumen.example/hooks/twilio/lumen-sms"
	body := []byte(inboundBody())
	var ordered strings.Builder
	for _, f := range parseForm(body, nil) {
		fmt.Fprint(&ordered, f.name, f.value)
	}
	signature := sign("0123456789abcdef0123456789abcdef", u, ordered.String())
	buf := form{}
	b.ReportAllocs()
	for b.Loop() {
		buf = parseForm(body, buf)
		if !v.verify(u, buf, body, signature) {
			b.Fatal("refused")
		}
	}
}

// inboundBody is a text as Twilio posts it, of 20 fields.
func inboundBody() string {
	return "ToCountry=FR&ToState=&SmsMessageSid=SM0123456789abcdef0123456789abcdef&NumMedia=0&ToCity=&FromZip=&SmsSid=SM0123456789abcdef0123456789abcdef" +
		"&FromState=&SmsStatus=received&FromCity=&Body=Bonjour%2C+o%C3%B9+est+mon+colis+%3F&FromCountry=FR&To=36105&ToZip=&NumSegments=1" +
		"&MessageSid=SM0123456789abcdef0123456789abcdef&AccountSid=AC00000000000000000000000000000001&From=%2B33612345678&ApiVersion=2010-04-01&MessagingServiceSid="
}
