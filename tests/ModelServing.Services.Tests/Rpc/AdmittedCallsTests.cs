using Grpc.Core;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Clients;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Rpc;

/// <summary>A router with clients admits calls by gRPC as it admits requests: by their credential, and within their client's
/// limit.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class AdmittedCallsTests : IAsyncDisposable
{
    private const string Refused = "modelserving_router_refused_requests_total";

    private readonly TemporaryFolder folder = new();
    private readonly RawServer version = CallingRouter.Echo();

    public async ValueTask DisposeAsync()
    {
        await version.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_call_without_a_credential_that_is_known_is_unauthenticated()
    {
        await using var router = await StartAsync(SomeClients.Keys());
        foreach (var metadata in (Metadata.Entry[][])[[], [new("x-api-key", "msk_other")], [new("authorization", "Bearer x.y.z")]])
        {
            var failure = await router.FailAsync(CallingRouter.Request(), metadata);
            Assert.Equal(
                (StatusCode.Unauthenticated, "unauthenticated"),
                (failure.StatusCode, failure.Trailers.GetValue("x-problem-reason")));
            Assert.NotNull(failure.Trailers.GetValue("x-request-id"));
        }

        Assert.Equal(0, version.Accepted);
        await router.Router.AssertCountAsync(3, Refused, "reason=\"unauthenticated\"");
        Assert.Equal("a", (await router.InferAsync(CallingRouter.Request("a"), Key(SomeClients.CallerKey))).Response.Id);
    }

    [Fact]
    public async Task A_call_of_a_client_with_another_role_is_denied()
    {
        await using var router = await StartAsync(SomeClients.Keys());
        var failure = await router.FailAsync(CallingRouter.Request(), Key(SomeClients.ReporterKey));
        Assert.Equal((StatusCode.PermissionDenied, "forbidden"), (failure.StatusCode, failure.Trailers.GetValue("x-problem-reason")));
    }

    [Fact]
    public async Task A_client_over_its_limit_is_told_when_to_come_back_and_others_are_answered()
    {
        await using var router = await StartAsync(SomeClients.Keys(new ClientLimit(0.001m, 2)));
        for (var i = 0; i < 2; i++)
            Assert.Equal("b", (await router.InferAsync(CallingRouter.Request("b"), Key(SomeClients.CallerKey))).Response.Id);
        var failure = await router.FailAsync(CallingRouter.Request(), Key(SomeClients.CallerKey));
        Assert.Equal((StatusCode.ResourceExhausted, "rate-limited"), (failure.StatusCode, failure.Trailers.GetValue("x-problem-reason")));
        Assert.InRange(
            int.Parse(failure.Trailers.GetValue("retry-after")!, System.Globalization.CultureInfo.InvariantCulture), 1, 1000);
        await router.Router.AssertCountAsync(1, Refused, "reason=\"rate-limited\"");
        Assert.Equal("c", (await router.InferAsync(CallingRouter.Request("c"), Key(SomeClients.TesterKey))).Response.Id);
        // The same limit counts requests by HTTP.
        Assert.Equal(429, (await router.Router.InferAsync(headers: SomeClients.Key(SomeClients.CallerKey))).Status);
    }

    private static Metadata.Entry Key(string key) => new("x-api-key", key);

    private async Task<CallingRouter> StartAsync(ClientsDocument clients)
    {
        var path = folder.Combine("clients.json");
        await File.WriteAllBytesAsync(path, clients.ToUtf8(), TestContext.Current.CancellationToken);
        var router = await CallingRouter.StartAsync(version, settings => settings with { Clients = "file:" + path });
        await RunningRouter.UntilAsync(() => router.Router.Readiness.Reason is null, "the router has loaded its client list");
        return router;
    }
}
