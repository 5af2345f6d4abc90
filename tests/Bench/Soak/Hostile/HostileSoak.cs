using System.Diagnostics;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Bench.Soak.Hostile;

/// <summary>Sends random mixes of everything in <c>tests/Hostile</c> to <c>ms up</c> and to two routers, with good requests
/// beside.</summary>
/// <remarks>
/// <code>
/// 1 start     ms up with a canary of each model, each of its programs in a memory cgroup of a small pod; two routers
/// 2 mix       several clients, each with a random rate that changes; hostile versions; documents that change all the time
/// 3 check     the same processes, no exception in a log, no condemned canary, good requests answered in time
/// </code>
/// </remarks>
/// <param name="time">How long the mix lasts.</param>
/// <param name="clients">How many clients send hostile requests.</param>
/// <param name="seed">Decides what each client sends.</param>
/// <param name="only">The only kinds of requests that are sent; empty for all.</param>
internal sealed class HostileSoak(TimeSpan time, int clients, int seed, IReadOnlyList<string> only)
{
    private const string Memory = "memory";
    private const string Upstreams = "upstreams";
    private const string Documents = "documents";

    // inference.memory in Pulumi.dev.yaml.
    private const long PodBytes = 512L * 1024 * 1024;
    private const double HeapShare = 0.75;

    private const int CanaryPercent = 20;

    // One of this many requests is one that costs much memory; it takes as long as many others.
    private const int MemoryOneIn = 50;
    private const int MostPerSecond = 40;
    private const int DocumentsBeforeRest = 20;

    // The model whose calls can last for their whole time. All of its turns may be taken by hostile callers.
    private const string Endless = "loop";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DocumentTime = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan LongestRate = TimeSpan.FromSeconds(10);

    /// <summary>The log of <c>ms up</c> is here if there were faults.</summary>
    internal static string LogFile { get; } = Path.Combine(Path.GetTempPath(), "modelserving-hostile.log");

    private readonly Dictionary<string, HostileTally> tallies = HostileRequests.Kinds.Append(Upstreams).Append(Documents)
        .ToDictionary(static kind => kind, static _ => new HostileTally());

    /// <summary>Runs the mix.</summary>
    internal async Task<HostileReport> RunAsync(CancellationToken cancellation)
    {
        // 1
        var heap = ((long)(PodBytes * HeapShare)).ToString("x", CultureInfo.InvariantCulture);
        await using var platform = await HostilePlatform.StartAsync(
            CanaryPercent, Deadline, new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = heap });
        await using var upstreams = await HostileRouter.StartAsync(Deadline);
        await using var documents = await HostileRouter.StartAsync(Deadline);
        var cgroups = new List<(string Process, MemoryCgroup Group)>();
        try
        {
            foreach (var (id, name) in platform.Processes)
            {
                if (MemoryCgroup.TryCreate($"hostile-{id}", PodBytes, out _) is not { } cgroup)
                    break;
                cgroups.Add((name, cgroup));
                cgroup.Enter(id);
            }

            // 2
            var before = await platform.FailuresAsync();
            GoodCounts good;
            await using (var requests = new GoodRequests(GoodOf(platform), Deadline))
            {
                await MixAsync(platform, upstreams, documents, cancellation);
                good = requests.Take();
            }

            // 3
            var evidence = (await platform.FailuresAsync()).OfWatched().GrownSince(before.OfWatched()).ToList();
            List<string> faults =
            [
                .. platform.Faults(alarmsMayFire: true),
                .. await platform.FaultsOfGoodAsync(),
                .. await upstreams.FaultsAsync(),
                .. await documents.FaultsAsync(),
                .. cgroups.Where(static one => one.Group.Kills > 0).Select(static one => $"{one.Process} was killed by its cgroup"),
            ];
            if (faults.Count > 0)
                await File.WriteAllTextAsync(LogFile, platform.Output, CancellationToken.None);
            return new HostileReport(tallies, good, evidence, faults);
        }
        finally
        {
            await platform.DisposeAsync();
            foreach (var (_, cgroup) in cgroups)
                cgroup.Dispose();
        }
    }

    private static IEnumerable<(Uri Address, string Body)> GoodOf(HostilePlatform platform) => HostileModel.All
        .Where(static model => model.Name != Endless)
        .Select(model => (new Uri(platform.Api, InferencePaths.Infer(ModelName.Parse(model.Name))), model.Good));

    private async Task MixAsync(
        HostilePlatform platform, HostileRouter upstreams, HostileRouter documents, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        over.CancelAfter(time);
        var random = new Random(seed);
        var loops = Enumerable.Range(0, clients).Select(_ => SendAsync(platform, new Random(random.Next()), over.Token))
            .Append(AnswerAsync(upstreams, new Random(random.Next()), over.Token))
            .Append(WriteAsync(documents, new Random(random.Next()), over.Token))
            .ToList();
        await Task.WhenAll(loops);
        cancellation.ThrowIfCancellationRequested();
        await documents.RestoreAsync();
    }

    private async Task SendAsync(HostilePlatform platform, Random random, CancellationToken over)
    {
        await Task.Yield();
        string[] kinds = [.. only.Count > 0 ? only : HostileRequests.Kinds.Where(static kind => kind != Memory)];
        var (perSecond, rateEnds) = (0.0, 0L);
        while (!over.IsCancellationRequested)
        {
            if (Stopwatch.GetTimestamp() >= rateEnds)
            {
                perSecond = 1 + (random.NextDouble() * MostPerSecond);
                rateEnds = Stopwatch.GetTimestamp() + (long)(random.NextDouble() * LongestRate.TotalSeconds * Stopwatch.Frequency);
            }

            var kind = only.Count == 0 && random.Next(MemoryOneIn) == 0 ? Memory : kinds[random.Next(kinds.Length)];
            HostileRequest[] requests = [.. HostileRequests.OfKind(kind)];
            var request = requests[random.Next(requests.Length)];
            // A request that has begun may end in its own time.
            foreach (var answer in await HostileSender.SendAsync(request, platform.TargetOf(request, random), CancellationToken.None))
                tallies[kind].Add(request, answer);
            // Exponential, so that some come at once.
            await PauseAsync(TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / perSecond), over);
        }
    }

    private async Task AnswerAsync(HostileRouter router, Random random, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            tallies[Upstreams].Add(await router.FaultOfAsync(HostileUpstream.All[random.Next(HostileUpstream.All.Count)]));
            await PauseAsync(TimeSpan.FromMilliseconds(random.Next(100)), over);
        }
    }

    private async Task WriteAsync(HostileRouter router, Random random, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            for (var i = 0; i < DocumentsBeforeRest && !over.IsCancellationRequested; i++)
            {
                var document = HostileDocument.All[random.Next(HostileDocument.All.Count)];
                router.Write(document);
                await PauseAsync(DocumentTime, over);
                tallies[Documents].Add((await router.FaultsAsync()).Select(fault => $"{document}: {fault}").FirstOrDefault());
            }

            await router.RestoreAsync();
        }
    }

    private static async Task PauseAsync(TimeSpan pause, CancellationToken over) =>
        await Task.Delay(pause, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
