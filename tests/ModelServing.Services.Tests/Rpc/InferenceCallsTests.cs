using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using ModelServing.OpenInference.Messages;
using ModelServing.Registry;
using ModelServing.Services.Tests.Inference;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Rpc;

/// <summary>A version answers calls by gRPC, with its model.</summary>
public sealed class InferenceCallsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_runs_the_model(bool isCompressed)
    {
        await using var service = await StartAsync();
        using var channel = GrpcChannel.ForAddress(service.Grpc);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        Metadata metadata = isCompressed ? [new("grpc-internal-encoding-request", "gzip")] : [];
        using var call = client.ModelInferAsync(Request(3, 4), metadata);
        var response = await call;
        Assert.Equal(("m", "3", "id"), (response.ModelName, response.ModelVersion, response.Id));
        Assert.Equal(["sum", "product"], response.Outputs.Select(static output => output.Name));
        Assert.Equal([7, 12], response.RawOutputContents.Select(static output => MemoryMarshal.Read<int>(output.Span)));
        Assert.Contains("model;dur=", (await call.ResponseHeadersAsync).GetValue("server-timing"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_callers_get_their_own_rows()
    {
        await using var service = await StartAsync();
        using var channel = GrpcChannel.ForAddress(service.Grpc);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(async i =>
        {
            var response = await client.ModelInferAsync(Request(i, 2));
            Assert.Equal(i + 2, MemoryMarshal.Read<int>(response.RawOutputContents[0].Span));
            Assert.Equal(2 * i, MemoryMarshal.Read<int>(response.RawOutputContents[1].Span));
        }));
    }

    [Theory]
    [InlineData("other", "", StatusCode.NotFound, "no-such-path")]
    [InlineData("m", "4", StatusCode.NotFound, "no-such-path")]
    [InlineData("m", "3", StatusCode.InvalidArgument, "invalid-request")]
    public async Task What_a_version_refuses_is_the_callers_mistake(string model, string version, StatusCode status, string reason)
    {
        await using var service = await StartAsync();
        using var channel = GrpcChannel.ForAddress(service.Grpc);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await client.ModelInferAsync(
            new ModelInferRequest { ModelName = model, ModelVersion = version }));
        Assert.Equal((status, reason), (failure.StatusCode, failure.Trailers.GetValue("x-problem-reason")));
    }

    [Fact]
    public async Task A_version_describes_its_model()
    {
        await using var service = await StartAsync();
        using var channel = GrpcChannel.ForAddress(service.Grpc);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        Assert.True((await client.ModelReadyAsync(new ModelReadyRequest { Name = "m", Version = "3" })).Ready);
        Assert.Equal("modelserving-inference", (await client.ServerMetadataAsync(new ServerMetadataRequest())).Name);
        var model = await client.ModelMetadataAsync(new ModelMetadataRequest { Name = "m" });
        Assert.Equal(["a", "b"], model.Inputs.Select(static input => input.Name));
        Assert.Equal([-1, 16], model.Inputs[0].Shape);
    }

    private static Task<RunningInference> StartAsync() => RunningInference.StartAsync(
        SomeOnnx.AddAndMultiply(Datatype.Int32, -1, 16), static settings => settings with { GrpcUrls = "http://127.0.0.1:0" });

    private static ModelInferRequest Request(int a, int b)
    {
        var request = new ModelInferRequest { ModelName = "m", Id = "id" };
        foreach (var (name, value) in ((string, int)[])[("a", a), ("b", b)])
        {
            request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor { Name = name, Datatype = "INT32", Shape = { 1, 16 } });
            request.RawInputContents.Add(ByteString.CopyFrom(MemoryMarshal.AsBytes(Enumerable.Repeat(value, 16).ToArray().AsSpan())));
        }

        return request;
    }
}
