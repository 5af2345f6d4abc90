using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using ModelServing.Features;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Features.Events.Log;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>What was served can be computed again from the event log, bit by bit: the feature server and <c>ms</c> as processes, with
/// redis-server as the cache.</summary>
public sealed class FeatureReplayTests : IAsyncLifetime
{
    private const int Transactions = 10_000;
    private const int OfRound = 50;
    private const int Cards = 200;
    private const string View = "card-activity";

    private static readonly FeatureEngine Engine = new(CardActivity());
    private static readonly DateTimeOffset Began = DateTimeOffset.UtcNow.AddHours(-4);

    private readonly TemporaryFolder volume = new();
    private readonly TemporaryFolder bucket = new();
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(1) };
    private readonly Random random = new(15);
    private readonly List<EntityFeatures> served = [];
    private readonly List<DateTimeOffset> times = [];
    private RedisServer? redis;
    private HostProcess? server;
    private Uri address = new("http://127.0.0.1/");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.Missing);
        redis = await RedisServer.StartAsync();
        var definition = bucket.Combine("features", View, "v1", "definition.json");
        Directory.CreateDirectory(Path.GetDirectoryName(definition)!);
        await File.WriteAllBytesAsync(definition, Engine.Definition.ToUtf8(), Token);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        if (redis is not null)
            await redis.DisposeAsync();
        http.Dispose();
        volume.Dispose();
        bucket.Dispose();
    }

    [Fact]
    public async Task Ten_thousand_transactions_have_the_same_bits_when_the_log_is_replayed_to_their_sequences()
    {
        // The definition is loaded in the background.
        await AppliedAsync();
        for (var first = 0; first < Transactions; first += OfRound)
        {
            if (first == Transactions * 2 / 5)
            {
                // Beside the server, which fills the view too. Whoever is first, the other one goes on with it.
                await FlushAsync();
                Assert.Contains($"{View} v1: ", await RebuildAsync(), StringComparison.Ordinal);
                await AppliedAsync();
            }

            if (first == Transactions * 3 / 5)
            {
                await AppliedAsync();
                Assert.True(await server!.StopAsync() == 0, server.Output);
                await FlushAsync();
                Assert.Contains("entities written; it is filled once all parts are", await RebuildAsync("0/2"), StringComparison.Ordinal);
                Assert.Contains("entities written; filled up to event", await RebuildAsync("1/2"), StringComparison.Ordinal);
                await StartAsync();
                await AppliedAsync();
                Assert.DoesNotContain("is being filled from the event log", server.Output, StringComparison.Ordinal);
            }

            await ServeAsync(first);
            await PostAsync(first);
        }

        await AppliedAsync();
        Assert.True(await server!.StopAsync() == 0, server.Output);
        Assert.Equal(Transactions, served.Count);
        // The rest was served while the view was not filled, and says so.
        var filled = served.Index().Where(static one => one.Item.Filled).ToList();
        Assert.InRange(filled.Count, Transactions * 9 / 10, Transactions);
        var (outcomes, values) = await ReplayAsync(filled);
        Assert.Equal(Engine.Outputs.Count * filled.Count, values);
        foreach (var outcome in (ApplyOutcome[])[ApplyOutcome.Applied, ApplyOutcome.Duplicate, ApplyOutcome.Late])
            Assert.InRange(outcomes.GetValueOrDefault(outcome), 50, Transactions);
    }

    // Replays the log for each entity, and compares each value that was served with the state of its sequence.
    private async Task<(Dictionary<ApplyOutcome, int> Outcomes, int Values)> ReplayAsync(List<(int Index, EntityFeatures Item)> filled)
    {
        var events = new Dictionary<string, List<LoggedEvent>>();
        using (var log = EventLogReader.OfShipped(
            RegistryLocation.Open("file:" + bucket.FullPath), volume.Combine("replay"), EventPosition.Start))
        {
            while (await log.ReadAsync(Token) is { } logged)
            {
                Assert.True(Engine.TryFindEntity(logged.Event, out var entity));
                if (!events.TryGetValue(entity.Text, out var own))
                    events[entity.Text] = own = [];
                own.Add(logged);
            }

            Assert.Equal((0, 0), (log.Missing, log.Unreadable));
        }

        var outcomes = new Dictionary<ApplyOutcome, int>();
        var compared = 0;
        var values = new FeatureValue[Engine.Outputs.Count];
        foreach (var reads in filled.GroupBy(static one => one.Item.Entity))
        {
            var (state, next) = (Engine.CreateState(), 0);
            var own = events.GetValueOrDefault(reads.Key, []);
            foreach (var (index, read) in reads.OrderBy(static one => one.Item.Sequence))
            {
                for (; next < own.Count && own[next].Sequence <= read.Sequence; next++)
                {
                    var outcome = Engine.Apply(state, own[next].Event, own[next].Sequence);
                    outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
                }

                Assert.Equal(read.Sequence, state.Sequence);
                Engine.Finalise(state, Instant.From(times[index]), [], values);
                for (var i = 0; i < values.Length; i++, compared++)
                {
                    Assert.Equal(
                        $"{read.Features[i].Bits} {read.Features[i].Status}",
                        $"{values[i].Bits.ToString("x16", CultureInfo.InvariantCulture)} {values[i].Status.ToString().ToLowerInvariant()}");
                }
            }
        }

        return (outcomes, compared);
    }

    private async Task StartAsync()
    {
        server = HostProcess.StartFeatureServer(new FeatureServerSettings
        {
            Registry = "file:" + bucket.FullPath,
            Cache = new CacheSettings { Addresses = [redis!.Address.ToString()], Password = redis.Password },
            Log = new EventLogSettings { Folder = volume.FullPath },
            Views = [new NamedView(View, 1)],
        });
        address = await server.AddressAsync();
        await server.WaitForResponseAsync(http, new Uri(address, InferencePaths.Ready), "\"ready\":true");
    }

    private async Task FlushAsync() =>
        Assert.StartsWith("+OK", await redis!.SendAsync("FLUSHALL", Token), StringComparison.Ordinal);

    private async Task<string> RebuildAsync(string? shard = null)
    {
        using var folder = new StackFolder();
        await using var ms = MsProcess.Start(
            folder,
            new Dictionary<string, string>
            {
                [CacheSettings.AddressesVariable] = redis!.Address.ToString(),
                [CacheSettings.PasswordVariable] = redis.Password,
            },
            [
                "features", "rebuild", "--view", $"{View}/v1", "--registry", "file:" + bucket.FullPath, "--events", volume.FullPath,
                .. shard is null ? (string[])[] : ["--shard", shard],
            ]);
        Assert.True(await ms.ExitAsync() == 0, ms.Output);
        return ms.StandardOutput;
    }

    // The features of the transactions' cards, before their own events are known.
    private async Task ServeAsync(int first)
    {
        var time = Began.AddSeconds(first + OfRound);
        var reads = Enumerable.Range(first, OfRound).Select(number => string.Create(
            CultureInfo.InvariantCulture, $"{{\"view\":\"{View}\",\"version\":1,\"entity\":{{\"card_id\":{CardOf(number)}}}}}"));
        using var content = Json($"{{\"time\":\"{IsoTime.Write(time)}\",\"reads\":[{string.Join(',', reads)}]}}");
        using var answer = await http.PostAsync(new Uri(address, FeaturePaths.Read), content, Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
        foreach (var read in FeatureAnswer.Parse(await answer.Content.ReadAsByteArrayAsync(Token)).Reads)
        {
            served.Add(read);
            times.Add(time);
        }
    }

    // In another order, some of them again, and some with a time that is too long ago.
    private async Task PostAsync(int first)
    {
        var numbers = Enumerable.Range(first, OfRound).Concat(Enumerable.Range(0, 3).Select(_ => random.Next(first + 1))).ToArray();
        random.Shuffle(numbers);
        var events = numbers.Select(number =>
        {
            var late = number % 50 == 7 ? 3600 : number % 7 * 60;
            var time = IsoTime.Write(Began.AddSeconds(number - late));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"source\":\"payments\",\"id\":\"tx-{number}\",\"time\":\"{time}\"," +
                    $"\"fields\":{{\"card_id\":{CardOf(number)},\"amount\":{number % 977}.25,\"category\":\"c{number % 13}\"}}}}");
        });
        using var content = Json($"{{\"events\":[{string.Join(',', events)}]}}");
        using var answer = await http.PostAsync(new Uri(address, FeaturePaths.Events), content, Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    private async Task AppliedAsync()
    {
        ServedViews? state = null;
        await Until.TrueAsync(
            () =>
            {
                state = ServedViews.Parse(http.GetByteArrayAsync(new Uri(address, FeaturePaths.Views), Token).GetAwaiter().GetResult());
                return state.Views.All(view => view.Filled && view.AppliedTo >= state.LastSequence);
            },
            () => $"not all events were applied: {state}\n{server!.Output}");
    }

    // Some cards are used much more often than others.
    private static int CardOf(int number) => number % 3 == 0 ? number % 11 : number * 7 % Cards;

    private static StringContent Json(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    private static ViewDefinition CardActivity() => new()
    {
        View = ViewName.Parse(View),
        Version = 1,
        Entity = [new NamedType("card_id", new FieldType(FieldKind.Int64))],
        Sources =
        [
            new SourceDefinition("payments",
            [
                new NamedType("amount", new FieldType(FieldKind.Decimal, 2)),
                new NamedType("category", new FieldType(FieldKind.String)),
            ]),
        ],
        Lateness = TimeSpan.FromMinutes(30),
        TimeToLive = TimeSpan.FromDays(3),
        Features =
        [
            Window("count_1h", Aggregation.Count, null, 60, 5),
            Window("count_1d", Aggregation.Count, null, 24 * 60, 60),
            Window("sum_1h", Aggregation.Sum, "amount", 60, 5),
            Window("mean_1d", Aggregation.Mean, "amount", 24 * 60, 60),
            Window("min_1h", Aggregation.Min, "amount", 60, 5),
            Window("last_1d", Aggregation.Last, "amount", 24 * 60, 60),
            Window("categories_1d", Aggregation.Distinct, "category", 24 * 60, 60),
            new RatioFeature { Name = "busy", Dividend = "count_1h", Divisor = "count_1d", Default = 0 },
            new ExpressionFeature { Name = "root", Expression = "sqrt(sum_1h) / max(count_1h, 1) + hour(time)" },
        ],
        Request = [],
    };

    private static WindowFeature Window(string name, Aggregation aggregation, string? field, int minutes, int hop) => new()
    {
        Name = name,
        Aggregation = aggregation,
        Source = "payments",
        Field = field,
        Window = TimeSpan.FromMinutes(minutes),
        Hop = TimeSpan.FromMinutes(hop),
    };
}
