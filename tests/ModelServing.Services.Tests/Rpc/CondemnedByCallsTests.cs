using Grpc.Net.Client;
using ModelServing.Contracts.Journal;
using ModelServing.OpenInference.Messages;
using ModelServing.Services.Tests.Router;
using ModelServing.Services.Tests.Router.Rollouts;

namespace ModelServing.Services.Tests.Rpc;

/// <summary>A canary that fails calls by gRPC, and nothing else, is rolled back.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class CondemnedByCallsTests
{
    [Theory]
    [InlineData("500 X")]
    [InlineData("400 X")]
    public async Task A_canary_that_fails_calls_is_condemned_and_no_caller_sees_a_failure(string answer)
    {
        await using var routers = new SomeRouters();
        await routers.ApplyAsync(SomeRouters.Canary2());
        var router = await routers.StartAsync(with: static settings => settings with { GrpcUrls = "http://127.0.0.1:0" });
        await routers.UntilKindsAsync("started");
        foreach (var version in routers.Versions)
            version.Say(CallingRouter.Answer([]));
        routers.Canary.Fail(CallingRouter.Answer(answer, "why"));
        using var channel = GrpcChannel.ForAddress(router.Grpc);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        await RunningRouter.UntilAsync(
            async () =>
            {
                using var call = client.ModelInferAsync(CallingRouter.Request());
                await call;
                Assert.Equal("stable", (await call.ResponseHeadersAsync).GetValue("x-model-variant"));
                return SomeRouters.IsCondemned(router, 2);
            },
            "the canary is condemned");
        await routers.UntilKindsAsync("started rolledBack");
        var written = Assert.IsType<RolledBackEvent>((await routers.EventsAsync())[^1]);
        Assert.Equal((RollbackReason.Guard, "canary"), (written.Reason, written.Variant));
        // No call reaches it any more.
        var seen = routers.Canary.Seen;
        for (var i = 0; i < 50; i++)
            await client.ModelInferAsync(CallingRouter.Request());
        Assert.Equal(seen, routers.Canary.Seen);
    }
}
