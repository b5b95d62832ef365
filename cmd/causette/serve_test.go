package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causette/causette/gateway/twilio/twiliotest"
)

const (
	texts  = "/hooks/twilio/" + string(channelID)
	sender = "+33612345678"
)

// signedByNode lets Twilio's own Node library sign a webhook.
func signedByNode(t testing.TB, public, body string) string {
	t.Helper()
	const oracle = "../../gateway/twilio/testdata/oracle/"
	if _, err := os.Stat(oracle + "node_modules/twilio"); err != nil {
		t.Fatal("the npm package twilio is not installed: run make test")
	}
	in, err := json.Marshal([]map[string]string{{"token": authToken, "url": public, "signed": public, "body": body, "tamper": ""}})
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", oracle+"sign.js")
	node.Stdin, node.Stderr = bytes.NewReader(in), os.Stderr
	out, err := node.Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	var answers []struct{ Signature string }
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != 1 {
		t.Fatalf("node answered %s", out)
	}
	return answers[0].Signature
}

// form is a text as Twilio posts it.
func form(sid, body string) url.Values {
	return url.Values{
		"MessageSid": {sid}, "AccountSid": {account}, "From": {sender}, "To": {shortCode}, "Body": {body},
		"NumMedia": {"0"}, "ToCity": {""}, "FromCountry": {"FR"}, "ApiVersion": {"2010-04-01"},
	}
}

// post posts a webhook and returns the answer.
func post(t testing.TB, to, body, signature string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", signature)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(answer)
}

func TestServe(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			s := newTrial(t, 1, db.open(t), conditions{})
			c := startChild(t, nil, "serve", "--config", s.config)
			base, ok := c.address(t)
			if !ok {
				t.Fatal(c.tail())
			}
			t.Run("answers a text that Twilio's own library signed", func(t *testing.T) {
				body := form("SM1", "AIDE").Encode()
				res, answer := post(t, base+texts, body, signedByNode(t, webhook, body))
				if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/xml" || answer != "<Response/>" {
					t.Errorf("%d %s %q", res.StatusCode, res.Header.Get("Content-Type"), answer)
				}
				s.settled(t.Context())
				got := s.played.Accepted()
				if len(got) != 1 || got[0].To != sender || got[0].From != shortCode || !strings.Contains(got[0].Body, "Lumen") ||
					!strings.HasPrefix(got[0].Callback, webhook+"/status?") {
					t.Errorf("at base_url: %+v", got)
				}
			})
			t.Run("answers a repeated MessageSid once", func(t *testing.T) {
				f := form("SM2", "AIDE")
				var all sync.WaitGroup
				for range 8 {
					all.Go(func() {
						if res, answer := post(t, base+texts, f.Encode(), twiliotest.Sign(authToken, webhook, f)); res.StatusCode != http.StatusOK {
							t.Errorf("%d %s", res.StatusCode, answer)
						}
					})
				}
				all.Wait()
				s.settled(t.Context())
				if got := len(s.played.Accepted()); got != 2 {
					t.Errorf("%d answers to two texts", got)
				}
			})
			for _, test := range []struct {
				name, path, body, signature string
				status                      int
				code                        string
			}{
				{"refuses a wrong signature", texts, form("SM3", "AIDE").Encode(), "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", 403, "bad_signature"},
				{"refuses 70 KiB", texts, "Body=" + strings.Repeat("a", 70<<10), "", 413, "too_large"},
				{"does not know an unknown channel", "/hooks/twilio/other", "", "", 404, "unknown_channel"},
			} {
				t.Run(test.name, func(t *testing.T) {
					res, answer := post(t, base+test.path, test.body, test.signature)
					var problem struct{ Code string }
					if err := json.Unmarshal([]byte(answer), &problem); err != nil || res.StatusCode != test.status || problem.Code != test.code ||
						res.Header.Get("Content-Type") != "application/problem+json" {
						t.Errorf("%d %s", res.StatusCode, answer)
					}
				})
			}
			t.Run("takes broken UTF-8 and whatever else comes, and lives", func(t *testing.T) { s.hostileBodies(t, base, c) })
			t.Run("starts again within a second on what it left", func(t *testing.T) {
				if code := c.drain(t); code != exitDone {
					t.Fatalf("exit %d after SIGTERM:\n%s", code, c.tail())
				}
				s.coldStarts(t)
			})
		})
	}
}

// hostileBodies posts what nobody should, half of it signed, and then a text
// that must be answered as ever.
func (s *trial) hostileBodies(t *testing.T, base string, c *child) {
	n := 1000
	if long() {
		n = 10_000
	}
	odd := []string{"\xff\xfe\xfd", "a\x00b", "\x00", strings.Repeat("é", 4000), "\u202e\u200d", "${jndi:x}", "'; drop table messages; --", "+336", "whatsapp:", "whatsapp:\xff", "%", "STOP\xc3", ""}
	names := []string{"MessageSid", "From", "To", "Body", "NumMedia", "MediaUrl0", "AccountSid", "OptOutType", "ProfileName", "MessageStatus", "OriginalRepliedMessageSid", "\xff", "Latitude"}
	var all sync.WaitGroup
	for worker := range uint64(8) {
		all.Go(func() {
			dice := rand.New(rand.NewPCG(worker, 3))
			for i := range n / 8 {
				f := form(fmt.Sprintf("SMhostile%d_%d", worker, i), odd[dice.IntN(len(odd))])
				for range dice.IntN(4) {
					f.Set(names[dice.IntN(len(names))], odd[dice.IntN(len(odd))])
				}
				path := []string{texts, texts + "/status", texts + "/status?m=x&a=1&c=y", texts + "/status?m=%ff&a=1&c=%00"}[dice.IntN(4)]
				body, signature := f.Encode(), "forged"
				switch dice.IntN(3) {
				case 0:
					signature = twiliotest.Sign(authToken, publicURL+path, f)
				case 1:
					body = body[:dice.IntN(len(body))] + string([]byte{byte(dice.IntN(256)), byte(dice.IntN(256))})
				default:
					signature = twiliotest.Sign(authToken, publicURL+path, f)
					f.Set("Body", "tampered with")
					body = f.Encode()
				}
				res, answer := post(t, base+path, body, signature)
				if tooLarge := len(body) > 64<<10; tooLarge != (res.StatusCode == http.StatusRequestEntityTooLarge) ||
					!tooLarge && !slices.Contains([]int{200, 400, 403}, res.StatusCode) {
					t.Errorf("%d %s for %d bytes: %.200q", res.StatusCode, answer, len(body), body)
				}
			}
		})
	}
	all.Wait()
	f := form("SMafter", "AIDE")
	f.Set("From", "+33698765432") // whoever was hostile may have been blocked
	if res, answer := post(t, base+texts, f.Encode(), twiliotest.Sign(authToken, webhook, f)); res.StatusCode != http.StatusOK {
		t.Errorf("afterwards a text is answered %d %s", res.StatusCode, answer)
	}
	s.settled(t.Context())
	if !slices.ContainsFunc(s.played.Accepted(), func(m twiliotest.Message) bool { return m.To == "+33698765432" }) {
		t.Error("afterwards a text has no answer")
	}
	select {
	case <-c.exited:
		t.Errorf("the program ended:\n%s", c.tail())
	default:
	}
}

// coldStarts measures how long the program takes from its start until it serves.
func (s *trial) coldStarts(t *testing.T) {
	var took []time.Duration
	for range 5 {
		c := startChild(t, nil, "serve", "--config", s.config)
		if _, ok := c.address(t); !ok {
			t.Fatal(c.tail())
		}
		took = append(took, time.Since(c.begun))
		if code := c.drain(t); code != exitDone {
			t.Errorf("exit %d after SIGTERM:\n%s", code, c.tail())
		}
	}
	slices.Sort(took)
	t.Logf("cold start: best %v, median %v, worst %v", took[0], took[2], took[4])
	if took[0] > time.Second && !raceDetector {
		t.Errorf("the best of five cold starts took %v", took[0])
	}
}

// SIGTERM comes while texts come in and answers go out slowly: what was
// acknowledged is answered before the program ends, and the rest was refused.
func TestServeFinishesWhatItAcceptedOnSIGTERM(t *testing.T) {
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			s := newTrial(t, 1, db.open(t), conditions{slow: .5, most: 500 * time.Millisecond, deadline: 8 * time.Second})
			s.router.lose = 0
			s.write(60, 1, 300*time.Millisecond)
			c, _ := s.serve(nil)
			var all sync.WaitGroup
			done := make(chan struct{}, len(s.texts))
			for _, x := range s.texts {
				all.Go(func() {
					s.pause(t.Context(), x.at)
					// What is refused or cut off here is not the program's any more.
					_, _ = s.played.Write(t.Context(), twiliotest.Text{Sid: x.sid, From: x.from, To: shortCode, Body: x.body})
					done <- struct{}{}
				})
			}
			for range 10 {
				<-done
			}
			if code := c.drain(t); code != exitDone || c.status.Signaled() {
				t.Errorf("exit %d after SIGTERM:\n%s", code, c.tail())
			}
			all.Wait()
			s.played.Close()
			h, err := readHistory(t.Context(), s.store)
			if err != nil {
				t.Fatal(err)
			}
			accepted := 0
			for _, x := range s.texts {
				accepted += min(s.router.acknowledged(x.sid), 1)
			}
			t.Logf("%d of %d texts were accepted", accepted, len(s.texts))
			if accepted < 10 {
				t.Error("SIGTERM came too early to show anything")
			}
			if wrong := append(h.unsettled(), h.judge(s.texts, s.router, s.played.Accepted())...); len(wrong) > 0 {
				t.Error(strings.Join(wrong, "\n"))
			}
		})
	}
}
