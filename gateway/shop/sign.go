package shop

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Headers of Standard Webhooks 1.0.
const (
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"
)

// signer signs webhooks. While a secret rotates it has the old and the new one,
// and a webhook carries a signature of each.
type signer [][]byte

// newSigner reads secrets, whsec_ and base64 of 24 to 64 bytes, with spaces
// between them.
func newSigner(secrets string) (signer, error) {
	var s signer
	for text := range strings.FieldsSeq(secrets) {
		encoded, ok := strings.CutPrefix(text, "whsec_")
		if !ok {
			return nil, errors.New("the secret does not begin with whsec_")
		}
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, errors.New("the secret is not base64 after whsec_")
		}
		if len(key) < 24 || len(key) > 64 {
			return nil, fmt.Errorf("the secret has %d bytes, not 24 to 64", len(key))
		}
		s = append(s, key)
	}
	if len(s) == 0 {
		return nil, errors.New("there is no secret")
	}
	return s, nil
}

// sign sets the three headers: v1 is HMAC-SHA256 over id.timestamp.body.
func (s signer) sign(h http.Header, id string, at time.Time, body []byte) {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	var signatures []string
	for _, key := range s {
		mac := hmac.New(sha256.New, key)
		_, _ = fmt.Fprintf(mac, "%s.%s.", id, timestamp) // a hash does not fail
		mac.Write(body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	h.Set(headerID, id)
	h.Set(headerTimestamp, timestamp)
	h.Set(headerSignature, strings.Join(signatures, " "))
}
