// Classifies pictures with stubs made from cascade.proto: go run . HOST:PORT MODEL PICTURE...
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	api "dvt/example/cascadev1"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

type client struct {
	api.CascadeServiceClient
	model  *api.ModelRef
	images map[string]*api.Image
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func show(path string, result *api.ImageResult) {
	answer := result.GetAnswer()
	if answer == nil {
		log.Fatalf("%s: %s", path, result.GetError().GetMessage())
	}
	label, why := answer.Labels[0], strings.TrimPrefix(answer.Reason.String(), "EXIT_REASON_")
	fmt.Printf("%s %s %.3f exit %d %s %.3f GFLOPs\n",
		path, label.Name, label.Confidence, answer.Exit, why, answer.Gflops)
}

func main() {
	if len(os.Args) < 4 {
		log.Fatal("usage: go run . HOST:PORT MODEL PICTURE...")
	}
	address, name, paths := os.Args[1], os.Args[2], os.Args[3:]
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(err)
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	c := client{
		CascadeServiceClient: api.NewCascadeServiceClient(connection),
		model:                &api.ModelRef{Name: name},
		images:               map[string]*api.Image{},
	}
	for _, path := range paths {
		bytes, err := os.ReadFile(path)
		check(err)
		c.images[path] = &api.Image{Content: &api.Image_Encoded{Encoded: bytes}}
	}

	fmt.Println("classify: one picture, answered at exit 1 whatever it says")
	first := []*api.Image{c.images[paths[0]]}
	quick := &api.ExitPolicy{StopAt: 1}
	response, err := c.Classify(ctx, &api.ClassifyRequest{Model: c.model, Policy: quick, Images: first})
	check(err)
	show(paths[0], response.Results[0])

	fmt.Println("stream: answers as the pictures exit, by the model's own thresholds")
	c.stream(ctx)

	fmt.Println("cascade: after every exit the client says go on or stop")
	c.cascade(ctx)

	fmt.Println("errors: a broken picture fails alone, a call with a status")
	c.errors(ctx, c.images[paths[0]])
	fmt.Println("ok")
}

func (c *client) stream(ctx context.Context) {
	stream, err := c.ClassifyStream(ctx)
	check(err)
	go func() { // an error of Send shows in Recv
		for id, image := range c.images {
			_ = stream.Send(&api.ClassifyStreamRequest{Id: id, Image: image, Model: c.model})
		}
		_ = stream.CloseSend()
	}()
	answered := map[string]bool{}
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		check(err)
		show(response.Id, response.Result)
		answered[response.Id] = true
	}
	if len(answered) != len(c.images) {
		log.Fatalf("%d answers (expected: %d)", len(answered), len(c.images))
	}
}

func (c *client) cascade(ctx context.Context) {
	stream, err := c.Cascade(ctx)
	check(err)
	for id, image := range c.images {
		start := &api.CascadeRequest_Start{Start: &api.CascadeStart{Model: c.model, Image: image}}
		check(stream.Send(&api.CascadeRequest{Id: id, Step: start}))
	}
	for left := len(c.images); left > 0; {
		event, err := stream.Recv()
		check(err)
		if reached := event.GetReached(); reached != nil {
			next := &api.CascadeRequest_Next{Next: api.CascadeStep_CASCADE_STEP_CONTINUE}
			if reached.Outcome.Confidence >= 0.8 {
				next.Next = api.CascadeStep_CASCADE_STEP_STOP
			}
			check(stream.Send(&api.CascadeRequest{Id: event.Id, Step: next}))
		} else {
			show(event.Id, event.GetResult())
			left--
		}
	}
	check(stream.CloseSend())
}

func (c *client) errors(ctx context.Context, image *api.Image) {
	broken := &api.Image{Content: &api.Image_Encoded{Encoded: []byte("no picture")}}
	two := []*api.Image{image, broken}
	response, err := c.Classify(ctx, &api.ClassifyRequest{Model: c.model, Images: two})
	check(err)
	failure := response.Results[1].GetError()
	if response.Results[0].GetAnswer() == nil || codes.Code(failure.GetCode()) != codes.InvalidArgument {
		log.Fatalf("%v (expected: an answer and an error)", response)
	}
	fmt.Println(codes.InvalidArgument, failure.Message)

	one := []*api.Image{image}
	unknown := &api.ModelRef{Name: "nobody"}
	nonsense := &api.ExitPolicy{Rule: &api.ExitPolicy_OperatingPoint{OperatingPoint: "nowhere"}}
	for _, wrong := range []struct {
		code    codes.Code
		limit   time.Duration
		request *api.ClassifyRequest
	}{
		{codes.NotFound, time.Minute, &api.ClassifyRequest{Model: unknown, Images: one}},
		{codes.InvalidArgument, time.Minute, &api.ClassifyRequest{Model: c.model, Images: one, Policy: nonsense}},
		{codes.DeadlineExceeded, time.Nanosecond, &api.ClassifyRequest{Model: c.model, Images: one}},
	} {
		limited, cancel := context.WithTimeout(ctx, wrong.limit)
		_, err := c.Classify(limited, wrong.request)
		cancel()
		fmt.Println(status.Code(err), status.Convert(err).Message())
		if status.Code(err) != wrong.code {
			log.Fatalf("%v (expected: %v)", status.Code(err), wrong.code)
		}
	}
}
