using ModelServing.Cache.Splitting;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.TrafficSplitter;
using ModelServing.Rollout.Splitting;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Journal;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Functions.TrafficSplitter;

/// <summary>What the function knows of the rollouts while no router publishes any.</summary>
public sealed class RolloutReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_the_routers_are_gone_the_last_rollouts_stay_until_one_publishes_again()
    {
        var time = new SteppedTime();
        await using var garnet = await TestedGarnet.StartAsync();
        await using var cache = new SplitCache(
            new FunctionsHostSettings
            {
                Function = FunctionName.TrafficSplitter,
                Environment = "dev",
                Journal = "sqlite:/none",
                Cache = garnet.Settings,
            },
            time);
        var states = new PublishedStates(garnet.Open(), "dev");
        var reader = new RolloutReader(cache, time);
        await PublishAsync(weight: 500);
        await UntilWeightAsync(500);

        for (var i = 0; i < 5; i++)
        {
            time.Advance(KnownRollouts.MaxAge);
            Assert.Equal(500, WeightIn(await reader.ReadAsync()));
        }

        await PublishAsync(weight: 700);
        await UntilWeightAsync(700);

        Task PublishAsync(int weight) => states.WriteAsync(
            Guid.NewGuid(),
            new PublishedRollouts
            {
                Time = time.GetUtcNow(),
                PlanSince = time.GetUtcNow(),
                Plan = new PlanDocument
                {
                    Schema = PlanDocument.CurrentSchema,
                    Rollouts = new() { [SomeEvents.Fraud] = SomeEvents.Plan(1, 2, weight) },
                },
                States = new Dictionary<ModelName, ModelServing.Rollout.Journal.JournalState>(),
                Decided = [],
            }.ToBytes(),
            Token);

        Task UntilWeightAsync(int weight) => RunningRouter.UntilAsync(
            async () =>
            {
                // Beyond the pause after a failure.
                time.Advance(TimeSpan.FromSeconds(1));
                return WeightIn(await reader.ReadAsync()) == weight;
            },
            $"the weight is {weight}");

        static int? WeightIn(KnownRollouts? known) => known?.Find(SomeEvents.Fraud)!.Effective.Planned.Variants[0].Weight;
    }
}
