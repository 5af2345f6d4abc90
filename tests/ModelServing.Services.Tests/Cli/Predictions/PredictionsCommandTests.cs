using Microsoft.Extensions.DependencyInjection;
using ModelServing.Cli;
using ModelServing.Cli.Predictions;
using ModelServing.Cli.Rollouts;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Services.Tests.Clients;
using ModelServing.Services.Tests.Predictions;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Predictions;

/// <summary>Reading predictions from a whole router.</summary>
[Collection(RunningRouter.OneAtATime)]
public sealed class PredictionsCommandTests : IAsyncDisposable
{
    private readonly MemoryPredictionStore store = new();
    private readonly RawServer endpoint = RawServer.Saying("{}");

    public ValueTask DisposeAsync() => endpoint.DisposeAsync();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(600, 600)]
    [InlineData(10_000, 1200)]
    public async Task Pages_are_read_up_to_the_limit(int limit, int expected)
    {
        store.Add(Enumerable.Range(0, 1200).Select(static i => SomeRecord.Create(i, TimeSpan.FromMilliseconds(i * 100))));
        await using var router = await StartAsync();
        using var client = Client(router);
        var read = await PredictionsCommand.ReadAsync(
            client, ModelName.Parse("fraud"), SomeRecord.Start, SomeRecord.Start.AddHours(1), limit, default);
        Assert.Equal(Enumerable.Range(0, 1200).Reverse().Take(expected).Select(SomeRecord.IdOf), read.Select(static one => one.RequestId));
    }

    [Fact]
    public async Task A_request_without_a_record_is_wrong_input_and_a_broken_store_is_a_failure()
    {
        await using var router = await StartAsync();
        using var client = Client(router);
        var e = await Assert.ThrowsAsync<CommandException>(() => client.PredictionAsync(SomeRecord.IdOf(1), default));
        Assert.Equal(ExitCode.WrongInput, e.ExitCode);
        Assert.Contains("on its way", e.Lines[0], StringComparison.Ordinal);
        store.Failure = new PredictionStoreException(PredictionStoreError.Unavailable, "the disk is gone");
        e = await Assert.ThrowsAsync<CommandException>(() => client.PredictionAsync(SomeRecord.IdOf(1), default));
        Assert.Equal((ExitCode.Failed, "the disk is gone"), (e.ExitCode, e.Lines[0]));
    }

    [Fact]
    public async Task A_request_is_read_with_its_outcome()
    {
        store.Add(SomeRecord.Create());
        store.Outcomes[SomeRecord.IdOf(1)] = new Outcome(SomeRecord.IdOf(1), OutcomeValue.FromText("fraud"), SomeRecord.Start);
        await using var router = await StartAsync();
        using var client = Client(router);
        Assert.Equal("fraud", (await client.PredictionAsync(SomeRecord.IdOf(1), default)).Attempts.Single().Outcome!.Value.Text);
    }

    private static AdminClient Client(RunningRouter router) => new(router.Admin, OperatorCredential.OfKey(SomeClients.OperatorKey));

    private Task<RunningRouter> StartAsync() =>
        RunningRouter.StartAsync(endpoint, SomeClients.Keys(), services => services.AddSingleton<IPredictionStore>(store));
}
