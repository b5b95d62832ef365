package whatsapptest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// noise is the responder's half of Noise XX (25519, AES-GCM, SHA-256), written
// on the standard library alone: what whatsmeow has of its own is what is tested.
type noise struct {
	hash, chain []byte
	key         cipher.AEAD
	count       uint32
}

// pattern is Noise's name for it, as long as a hash.
const pattern = "Noise_XX_25519_AESGCM_SHA256\x00\x00\x00\x00"

func newNoise(prologue []byte) *noise {
	n := &noise{hash: []byte(pattern), chain: []byte(pattern), key: gcm([]byte(pattern))}
	n.mix(prologue)
	return n
}

// gcm is the cipher of a 32-byte key.
func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // keys come from the key schedule: they are 32 bytes
	}
	c, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return c
}

// nonce is a frame's number as the cipher takes it.
func nonce(n uint32) []byte {
	b := make([]byte, 12)
	binary.BigEndian.PutUint32(b[8:], n)
	return b
}

// mix adds what both have seen to the transcript.
func (n *noise) mix(data []byte) {
	sum := sha256.Sum256(slices.Concat(n.hash, data))
	n.hash = sum[:]
}

// derive gives two keys.
func (n *noise) derive(secret []byte) (first, second []byte, err error) {
	out, err := hkdf.Key(sha256.New, secret, n.chain, "", 64)
	if err != nil {
		return nil, nil, fmt.Errorf("derive keys: %w", err)
	}
	return out[:32], out[32:], nil
}

// agree mixes in the secret that a key of ours and one of theirs share.
func (n *noise) agree(ours *ecdh.PrivateKey, theirs []byte) error {
	public, err := ecdh.X25519().NewPublicKey(theirs)
	if err != nil {
		return fmt.Errorf("their key: %w", err)
	}
	secret, err := ours.ECDH(public)
	if err != nil {
		return fmt.Errorf("agree on a secret: %w", err)
	}
	chain, key, err := n.derive(secret)
	if err != nil {
		return err
	}
	n.chain, n.key, n.count = chain, gcm(key), 0
	return nil
}

func (n *noise) seal(plain []byte) []byte {
	sealed := n.key.Seal(nil, nonce(n.count), plain, n.hash)
	n.count++
	n.mix(sealed)
	return sealed
}

func (n *noise) open(sealed []byte) ([]byte, error) {
	plain, err := n.key.Open(nil, nonce(n.count), sealed, n.hash)
	if err != nil {
		return nil, err
	}
	n.count++
	n.mix(sealed)
	return plain, nil
}
