using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using ModelServing.OpenInference.Messages;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Rpc;

/// <summary>The calls without tensors: the protocol's descriptions, health, reflection, and what does not exist.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class OtherCallsTests
{
    private const string Metadata = """
        {"name":"fraud","versions":["1","2"],"platform":"onnxruntime_onnx",
         "inputs":[{"name":"a","datatype":"FP32","shape":[-1,16]}],"outputs":[{"name":"b","datatype":"INT64","shape":[-1]}]}
        """;

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    [Fact]
    public async Task The_server_and_its_models_are_described_as_by_HTTP()
    {
        await using var version = RawServer.Answering(static request =>
            RawServer.Ok(request.StartLine.Contains("/ready", StringComparison.Ordinal) ? """{"name":"fraud","ready":true}""" : Metadata));
        await using var router = await CallingRouter.StartAsync(version);
        var client = router.Client;
        Assert.True((await client.ServerLiveAsync(new ServerLiveRequest())).Live);
        Assert.True((await client.ServerReadyAsync(new ServerReadyRequest())).Ready);
        Assert.True((await client.ModelReadyAsync(new ModelReadyRequest { Name = "fraud" })).Ready);
        Assert.True((await client.ModelReadyAsync(new ModelReadyRequest { Name = "fraud", Version = "1" })).Ready);
        var server = await client.ServerMetadataAsync(new ServerMetadataRequest());
        Assert.Equal("modelserving-router", server.Name);
        Assert.Contains("binary_tensor_data", server.Extensions);
        var model = await client.ModelMetadataAsync(new ModelMetadataRequest { Name = "fraud" });
        Assert.Equal(("fraud", "onnxruntime_onnx"), (model.Name, model.Platform));
        Assert.Equal(["1", "2"], model.Versions);
        Assert.Equal(("a", "FP32"), (model.Inputs.Single().Name, model.Inputs.Single().Datatype));
        Assert.Equal([-1, 16], model.Inputs.Single().Shape);
        Assert.Equal(("b", "INT64"), (model.Outputs.Single().Name, model.Outputs.Single().Datatype));
    }

    [Fact]
    public async Task A_model_that_cannot_answer_is_not_ready_and_one_that_does_not_exist_is_not_found()
    {
        await using var router = await CallingRouter.StartAsync(
            SomePlan.Stable(), SomePlan.Endpoints((1, RawServer.NobodyThere())));
        var client = router.Client;
        Assert.False((await client.ModelReadyAsync(new ModelReadyRequest { Name = "fraud" })).Ready);
        Assert.False((await client.ServerReadyAsync(new ServerReadyRequest())).Ready);
        Assert.True((await client.ServerLiveAsync(new ServerLiveRequest())).Live);
        await FailsAsync(
            StatusCode.NotFound, "unknown-model", async () => await client.ModelReadyAsync(new ModelReadyRequest { Name = "x" }));
        await FailsAsync(
            StatusCode.NotFound,
            "unknown-version",
            async () => await client.ModelMetadataAsync(new ModelMetadataRequest { Name = "fraud", Version = "7" }));
        await FailsAsync(
            StatusCode.Unavailable,
            "no-ready-endpoint",
            async () => await client.ModelMetadataAsync(new ModelMetadataRequest { Name = "fraud" }));
    }

    [Fact]
    public async Task Health_is_that_of_the_router_and_of_its_service()
    {
        await using var version = CallingRouter.Echo();
        await using var router = await CallingRouter.StartAsync(version);
        var client = new Health.HealthClient(router.Channel);
        foreach (var service in (string[])["", "inference.GRPCInferenceService"])
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await CheckAsync(service)).Status);
        router.Router.Readiness.NotReady("a test");
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await CheckAsync("")).Status);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => CheckAsync("other"))).StatusCode);
        using var watch = client.Watch(new HealthCheckRequest());
        Assert.Equal(
            StatusCode.Unimplemented,
            (await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(default))).StatusCode);

        async Task<HealthCheckResponse> CheckAsync(string name) => await client.CheckAsync(new HealthCheckRequest { Service = name });
    }

    [Fact]
    public async Task Reflection_lists_the_services_and_describes_them()
    {
        await using var version = CallingRouter.Echo();
        await using var router = await CallingRouter.StartAsync(version);
        using var call = new ServerReflection.ServerReflectionClient(router.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext(default));
        var services = call.ResponseStream.Current.ListServicesResponse.Service.Select(static service => service.Name).ToList();
        Assert.Superset(
            new HashSet<string>(["inference.GRPCInferenceService", "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"]),
            services.ToHashSet());
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = "inference.GRPCInferenceService" });
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.NotEmpty(call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto);
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(default));
    }

    [Theory]
    [InlineData("inference.GRPCInferenceService", "ModelStreamInfer", MethodType.DuplexStreaming)]
    [InlineData("inference.GRPCInferenceService", "ModelConfig", MethodType.Unary)]
    [InlineData("inference.GRPCInferenceService", "modelinfer", MethodType.Unary)]
    [InlineData("some.Service", "Method", MethodType.Unary)]
    [InlineData("v2", "models", MethodType.Unary)]
    public async Task A_method_that_does_not_exist_is_not_implemented(string service, string name, MethodType type)
    {
        await using var version = CallingRouter.Echo();
        await using var router = await CallingRouter.StartAsync(version);
        var method = new Method<byte[], byte[]>(type, service, name, Bytes, Bytes);
        var invoker = router.Channel.CreateCallInvoker();
        await FailsAsync(StatusCode.Unimplemented, null, async () =>
        {
            if (type == MethodType.Unary)
            {
                using var unary = invoker.AsyncUnaryCall(method, null, default, []);
                await unary;
                return;
            }

            using var call = invoker.AsyncDuplexStreamingCall(method, null, default);
            await call.ResponseStream.MoveNext(default);
        });
    }

    [Fact]
    public async Task The_other_ports_do_not_have_what_the_gRPC_port_has_and_it_does_not_have_theirs()
    {
        await using var version = CallingRouter.Echo();
        await using var router = await CallingRouter.StartAsync(version);
        Assert.Equal(404, (await router.Router.AskAsync(
            RunningRouter.Infer("", "Content-Type: application/grpc\r\n", "/grpc.health.v1.Health/Check"))).Status);
        using var client = new HttpClient
        {
            DefaultRequestVersion = new(2, 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await client.GetAsync(new Uri(router.Router.Grpc, "/v2/models/fraud"));
        Assert.Equal(415, (int)answer.StatusCode);
        Assert.Contains("not-grpc", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, version.Accepted);
    }

    private static async Task FailsAsync(StatusCode status, string? reason, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal((status, reason), (failure.StatusCode, failure.Trailers.GetValue("x-problem-reason")));
    }
}
