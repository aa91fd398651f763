// Command keys is a program that runs for long, on the AWS SDK for Go v2: each line on stdin is how many seconds its
// clock is ahead by then; each answer is the access key that it has then and, where the clock is right, who STS says
// that is. The SDK asks nobody for the time: what it is told of the end of the keys is moved instead.
package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// clock moves the end of keys that are held: they are let go a minute before it, as an ExpiryWindow would do.
type clock struct {
	cache *aws.CredentialsCache
	ahead time.Duration
	ends  time.Time
}

func (c *clock) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if !c.ends.IsZero() && time.Now().Add(c.ahead+time.Minute).After(c.ends) {
		c.cache.Invalidate()
	}
	keys, err := c.cache.Retrieve(ctx)
	c.ends = keys.Expires
	return keys, err
}

func main() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion("eu-west-1"))
	if err != nil {
		log.Fatal(err)
	}
	cache, ok := cfg.Credentials.(*aws.CredentialsCache)
	if !ok {
		log.Fatalf("the credentials are a %T", cfg.Credentials)
	}
	c := &clock{cache: cache}
	cfg.Credentials = c
	client := sts.NewFromConfig(cfg)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		seconds, err := strconv.Atoi(lines.Text())
		if err != nil {
			log.Fatal(err)
		}
		c.ahead = time.Duration(seconds) * time.Second
		keys, err := c.Retrieve(ctx)
		if err != nil {
			log.Fatal(err)
		}
		who := "-"
		if seconds == 0 {
			answer, err := client.GetCallerIdentity(ctx, nil)
			if err != nil {
				log.Fatal(err)
			}
			who = aws.ToString(answer.Arn)
		}
		fmt.Println(keys.AccessKeyID, who)
	}
}
