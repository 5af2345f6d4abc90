using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>The feature server as a process that is killed without warning, with redis-server as its cache.</summary>
public sealed class FeatureServerTests : IAsyncLifetime
{
    private const int Cards = 20;
    private const int EventsOfPost = 50;

    private static readonly DateTimeOffset Began = DateTimeOffset.UtcNow.AddHours(-1);

    private readonly TemporaryFolder volume = new();
    private readonly TemporaryFolder bucket = new();
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private RedisServer? redis;
    private HostProcess? server;
    private Uri address = new("http://127.0.0.1/");
    private volatile int posted;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.Missing);
        redis = await RedisServer.StartAsync();
        var definition = bucket.Combine("features", "card-activity", "v1", "definition.json");
        Directory.CreateDirectory(Path.GetDirectoryName(definition)!);
        await File.WriteAllBytesAsync(definition, CardActivity().ToUtf8(), Token);
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
    public async Task No_acknowledged_event_is_lost_and_each_counts_once_however_often_the_server_is_killed()
    {
        for (var kill = 0; kill < 4; kill++)
        {
            using var killing = new CancellationTokenSource();
            var before = posted;
            var posting = PostUntilAsync(killing.Token);
            await Until.TrueAsync(() => posted > before, () => "no post was answered");
            // At different places of a post, of a batch and of a fill.
            await Task.Delay(150 + (kill * 190), Token);
            await server!.DisposeAsync();
            await killing.CancelAsync();
            await posting;
            await StartAsync();
        }

        await PostAsync(posted);
        await AppliedAsync();
        var counts = new int[Cards];
        for (var number = 0; number < posted; number++)
            counts[number % Cards]++;
        var features = await FeaturesAsync();
        Assert.True(posted >= 4 * EventsOfPost, $"only {posted} events");
        for (var card = 0; card < Cards; card++)
            Assert.Equal(counts[card], features[card].Features[0].Value);
    }

    [Fact]
    public async Task After_FLUSHALL_and_after_a_restart_the_features_have_the_same_bits()
    {
        for (var post = 0; post < 10; post++)
            await PostAsync(posted);
        await AppliedAsync();
        var before = Bits(await FeaturesAsync());
        Assert.Contains("present", before, StringComparison.Ordinal);

        Assert.StartsWith("+OK", await redis!.SendAsync("FLUSHALL", Token), StringComparison.Ordinal);
        // Never half of the events: the features are missing until they are those of before.
        while (true)
        {
            var now = await FeaturesAsync();
            if (now.All(static read => read.Filled))
            {
                Assert.Equal(before, Bits(now));
                break;
            }

            Assert.All(now.SelectMany(static read => read.Features), static feature => Assert.Equal("missing", feature.Status));
        }

        Assert.True(await server!.StopAsync() == 0, server.Output);
        Assert.NotEmpty(Directory.EnumerateFiles(bucket.Combine("events"), "*.log", SearchOption.AllDirectories));
        await StartAsync();
        await AppliedAsync();
        Assert.Equal(before, Bits(await FeaturesAsync()));

        // Without its volume, the server fills the view from what was shipped.
        Assert.True(await server!.StopAsync() == 0, server.Output);
        Directory.Delete(volume.FullPath, recursive: true);
        Directory.CreateDirectory(volume.FullPath);
        await StartAsync();
        await AppliedAsync();
        Assert.Equal(before, Bits(await FeaturesAsync()));
    }

    private async Task StartAsync()
    {
        server = HostProcess.StartFeatureServer(new FeatureServerSettings
        {
            Registry = "file:" + bucket.FullPath,
            Cache = new CacheSettings { Addresses = [redis!.Address.ToString()], Password = redis.Password },
            Log = new EventLogSettings { Folder = volume.FullPath },
            Views = [new NamedView("card-activity", 1)],
        });
        address = await server.AddressAsync();
        await server.WaitForResponseAsync(http, new Uri(address, InferencePaths.Ready), "\"ready\":true");
    }

    // Posts until the server is killed. A post without an answer is not counted; it is posted again later.
    private async Task PostUntilAsync(CancellationToken killed)
    {
        while (!killed.IsCancellationRequested)
        {
            try
            {
                await PostAsync(posted);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }

    private async Task PostAsync(int first)
    {
        var events = Enumerable.Range(first, EventsOfPost).Select(static number =>
        {
            var time = IsoTime.Write(Began.AddMilliseconds(number));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"source\":\"payments\",\"id\":\"tx-{number}\",\"time\":\"{time}\"," +
                    $"\"fields\":{{\"card_id\":{number % Cards},\"amount\":{number}.25}}}}");
        });
        using var content = new StringContent(
            $"{{\"events\":[{string.Join(',', events)}]}}", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await http.PostAsync(new Uri(address, FeaturePaths.Events), content, Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
        posted = first + EventsOfPost;
    }

    private async Task AppliedAsync()
    {
        ServedViews? served = null;
        await Until.TrueAsync(
            () =>
            {
                served = ServedViews.Parse(http.GetByteArrayAsync(new Uri(address, FeaturePaths.Views), Token).GetAwaiter().GetResult());
                return served.Views.All(view => view.Filled && view.AppliedTo >= served.LastSequence);
            },
            () => $"not all events were applied: {served}");
    }

    private async Task<IReadOnlyList<EntityFeatures>> FeaturesAsync()
    {
        var reads = Enumerable.Range(0, Cards).Select(static card => string.Create(
            CultureInfo.InvariantCulture, $"{{\"view\":\"card-activity\",\"version\":1,\"entity\":{{\"card_id\":{card}}}}}"));
        using var content = new StringContent(
            $"{{\"time\":\"{IsoTime.Write(Began.AddHours(2))}\",\"reads\":[{string.Join(',', reads)}]}}",
            Encoding.UTF8,
            new MediaTypeHeaderValue("application/json"));
        using var answer = await http.PostAsync(new Uri(address, FeaturePaths.Read), content, Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
        return FeatureAnswer.Parse(await answer.Content.ReadAsByteArrayAsync(Token)).Reads;
    }

    private static string Bits(IReadOnlyList<EntityFeatures> reads) => string.Join(
        '\n',
        reads.SelectMany(static read => read.Features.Select(feature => $"{read.Entity} {feature.Name} {feature.Status} {feature.Bits}")));

    private static ViewDefinition CardActivity() => new()
    {
        View = ViewName.Parse("card-activity"),
        Version = 1,
        Entity = [new NamedType("card_id", new FieldType(FieldKind.Int64))],
        Sources = [new SourceDefinition("payments", [new NamedType("amount", new FieldType(FieldKind.Decimal, 2))])],
        Lateness = TimeSpan.FromHours(1),
        TimeToLive = TimeSpan.FromDays(3),
        Features =
        [
            Window("count_1d", Aggregation.Count, null),
            Window("sum_1d", Aggregation.Sum, "amount"),
            Window("mean_1d", Aggregation.Mean, "amount"),
        ],
        Request = [],
    };

    private static WindowFeature Window(string name, Aggregation aggregation, string? field) => new()
    {
        Name = name,
        Aggregation = aggregation,
        Source = "payments",
        Field = field,
        Window = TimeSpan.FromDays(1),
        Hop = TimeSpan.FromHours(1),
    };
}
