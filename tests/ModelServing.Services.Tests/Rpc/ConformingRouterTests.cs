using Grpc.Net.Client;
using ModelServing.Cli.Conformance;
using ModelServing.Cli.Conformance.Rpc;
using ModelServing.Services.Tests.Cli.Conformance;
using ModelServing.Services.Tests.Router;

namespace ModelServing.Services.Tests.Rpc;

/// <summary>A router before real versions passes all checks of the conformance runner over gRPC.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class ConformingRouterTests(ConformanceFixture fixture) : IClassFixture<ConformanceFixture>
{
    [Fact]
    public async Task All_checks_pass()
    {
        await using var router = await fixture.Servers.StartRouterAsync();
        using var channel = GrpcChannel.ForAddress(router.Grpc);
        var subject = new Subject(null, new RpcSubject(channel.CreateCallInvoker()));
        var results = await ConformanceRun.RunAsync(subject, RpcChecks.List, TestContext.Current.CancellationToken);
        Assert.NotEmpty(results);
        Assert.Empty(results.Where(static result => result.State != CheckState.Passed)
            .Select(static result => $"{result.Check.Area}: {result.Check.Name}: {result.Why}"));
    }
}
