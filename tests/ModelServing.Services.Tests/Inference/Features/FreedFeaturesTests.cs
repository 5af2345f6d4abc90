using System.Diagnostics;
using ModelServing.Inference;
using ModelServing.Inference.Features;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;
using ModelServing.Services.Tests.Hosting;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Features;

/// <summary>A request frees its features, whose memory is not the runtime's of .NET.</summary>
[Collection(nameof(OwnProcess))]
public sealed class FreedFeaturesTests
{
    private const int Rows = 1024 * 1024;
    private const int Requests = 40;

    [Fact]
    public async Task A_request_that_ends_frees_its_features()
    {
        await using var store = await SomeFeatureStore.StartAsync();
        await store.FollowAsync();
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.Identity(Datatype.Fp32, -1, 4),
            settings => settings with { Cache = store.Cache.Settings },
            static registry => SomeFeatureStore.Publish(registry),
            new TrainingInfo { Features = SomeFeatureStore.Features });
        var plan = service.Get<ServedVersions>().All.Single().Model.Current!.Features!;
        End(plan);
        var before = Memory();
        for (var i = 0; i < Requests; i++)
            End(plan);
        var all = (long)Requests * Rows * plan.Columns.Length * sizeof(float);
        Assert.InRange(Memory() - before, long.MinValue, all / 2);
    }

    private static void End(FeaturePlan plan)
    {
        var features = plan.Target.Format.Create([Rows, plan.Columns.Length]);
        using var request = new InferRequest(null, [], []) { Features = new ResolvedFeatures(plan, features, rows: 1) };
    }

    private static long Memory()
    {
        using var own = Process.GetCurrentProcess();
        return own.PrivateMemorySize64;
    }
}
