using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Features.Events.Log;
using ModelServing.OnlineStore;
using ModelServing.Registry;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Features.Events;
using ModelServing.Spool;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Features;

/// <summary>A feature store for one test: an event log, a cache, and a view that follows the log once the test says so.</summary>
internal sealed class SomeFeatureStore : IAsyncDisposable
{
    private readonly TemporaryFolder volume = new();
    private readonly TemporaryFolder bucket = new();
    private readonly EventLog log;
    private readonly ViewFollower follower;

    private SomeFeatureStore(TestedCache cache, EventLog log, TemporaryFolder volume, TemporaryFolder bucket)
    {
        Cache = cache;
        this.log = log;
        this.volume = volume;
        this.bucket = bucket;
        follower = new ViewFollower(
            new ViewStore(Engine, new FeatureValues(cache.Open()), "local"),
            log,
            volume.Combine("views"),
            TimeProvider.System,
            NullLogger.Instance);
    }

    /// <summary>The payments of a card in a day, and the amount of the request compared with their mean.</summary>
    internal static ViewDefinition Definition { get; } = OnlineStore.SomeViews.CardActivity() with
    {
        Request = [new NamedType("amount", new FieldType(FieldKind.Decimal, 2))],
        Features =
        [
            .. OnlineStore.SomeViews.CardActivity().Features,
            new ExpressionFeature { Name = "to_mean", Expression = "amount / mean_1d", Default = -1 },
        ],
    };

    internal static FeatureEngine Engine { get; } = new(Definition);

    /// <summary>How the model <see cref="RunningInference"/> serves gets its input <c>x</c>.</summary>
    internal static ModelFeatures Features { get; } = new()
    {
        Input = "x",
        Columns = ["card-activity.count_1d", "amount", "card-activity.sum_1d", "card-activity.to_mean"],
        Views = [new ModelView("card-activity", 1, Engine.Digest)],
    };

    internal TestedCache Cache { get; }

    /// <summary>Starts a store.</summary>
    /// <param name="start">Starts its cache, by default Garnet.</param>
    internal static async Task<SomeFeatureStore> StartAsync(Func<Task<TestedCache>>? start = null)
    {
        var (cache, volume, bucket) = (await (start ?? TestedGarnet.StartAsync)(), new TemporaryFolder(), new TemporaryFolder());
        var log = await EventLog.OpenAsync(
            new EventLogOptions(volume.FullPath, SpoolMode.Process, 1L << 30),
            RegistryLocation.Open("file:" + bucket.FullPath),
            TimeProvider.System,
            NullLogger.Instance,
            "boot",
            TestContext.Current.CancellationToken);
        return new SomeFeatureStore(cache, log, volume, bucket);
    }

    public async ValueTask DisposeAsync()
    {
        follower.Dispose();
        log.Dispose();
        await Cache.DisposeAsync();
        volume.Dispose();
        bucket.Dispose();
    }

    /// <summary>Publishes the view's definition where an inference service finds it.</summary>
    internal static void Publish(TemporaryFolder registry, ViewDefinition? definition = null)
    {
        var folder = registry.Combine("features", "card-activity", "v1");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "definition.json"), (definition ?? Definition).ToUtf8());
    }

    /// <summary>Appends payments of a card, in cents. Their times are those of <see cref="SomeEvents"/>.</summary>
    internal void Pay(int card, params int[] cents)
    {
        foreach (var amount in cents)
        {
            var number = (int)log.LastSequence + 1;
            Assert.Equal(Appended.Kept, log.Append(SomeEvents.Encode(SomeEvents.Payment(number, card, amount)), out _));
        }
    }

    /// <summary>Fills the view, or applies what was appended.</summary>
    internal async Task FollowAsync()
    {
        do
        {
            try
            {
                await follower.RoundAsync(TestContext.Current.CancellationToken);
            }
            catch (CacheException)
            {
                // The test has killed the server.
                await Task.Delay(20);
            }
        }
        while (!follower.IsFilled || follower.AppliedTo < log.LastSequence);
    }

    /// <summary>A request for cards and amounts a minute after the payments.</summary>
    internal static string Body(string cards, string amounts)
    {
        var rows = cards.Split(',').Length;
        var time = (SomeEvents.Time.Microseconds + 60_000_000).ToString(CultureInfo.InvariantCulture);
        return $$"""
            {"inputs":[{"name":"card_id","shape":[{{rows}}],"datatype":"INT64","data":[{{cards}}]},
            {"name":"amount","shape":[{{rows}}],"datatype":"FP64","data":[{{amounts}}]},
            {"name":"time","shape":[{{rows}}],"datatype":"INT64","data":[{{string.Join(',', Enumerable.Repeat(time, rows))}}]}]}
            """;
    }
}
