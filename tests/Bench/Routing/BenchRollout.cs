using ModelServing.Contracts;

namespace ModelServing.Bench.Routing;

/// <summary>The rollout that every router of the bench serves: 5% to a canary, 95% to stable.</summary>
internal static class BenchRollout
{
    private const int CanaryWeight = RouterBench.CanaryPercent * PlanDocument.Buckets / 100;

    private static readonly ModelVersion Stable = new(1);
    private static readonly ModelVersion Canary = new(2);

    internal static PlanDocument Plan() => new()
    {
        Schema = PlanDocument.CurrentSchema,
        Rollouts = new()
        {
            [RouterBench.Model] = new RolloutPlan
            {
                Revision = "bench",
                DeadlineMilliseconds = 5000,
                AttemptLimitMilliseconds = 2500,
                Guard = new GuardPlan { Tolerance = 1.5, FalseAlarm = 0.001, UnreachableForMilliseconds = 60_000 },
                Variants =
                [
                    new(VariantPlan.Canary, Canary, CanaryWeight),
                    new(VariantPlan.Stable, Stable, PlanDocument.Buckets - CanaryWeight),
                ],
            },
        },
    };

    internal static EndpointsDocument Endpoints(int stablePort, int canaryPort) => new()
    {
        Schema = EndpointsDocument.CurrentSchema,
        Endpoints =
        [
            new(RouterBench.Model, Stable, $"127.0.0.1:{stablePort}", 1),
            new(RouterBench.Model, Canary, $"127.0.0.1:{canaryPort}", 2),
        ],
    };
}
